""""Cancel it!", said at six moments."""

import asyncio
from contextlib import contextmanager


class Wristwatch(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next appointment, so that a minute takes no time."""

    now = began = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        waiting = [call.when() for call in self._scheduled if not call.cancelled()]
        if not self._ready and waiting:
            self.now = max(self.now, min(waiting))
        super()._run_once()


loop = Wristwatch()


def scene(title):
    print(title)
    loop.began = loop.now


def say(words):
    print(f"{loop.now - loop.began:>4.0f} s  {words}")


@contextmanager
def thing(name):
    """Something in somebody's hands."""
    try:
        yield
    finally:
        say(f"{name} is put down")


async def iron(shirt):
    with shirt:
        say("the ironing begins")
        with thing("the board"):
            with thing("the iron"):
                await asyncio.sleep(60)
            say("the ironing is over")
            return "an ironed shirt"


async def cancel_oneself(then):
    asyncio.current_task().cancel()
    say("I have cancelled myself")
    if then:
        await asyncio.sleep(then)
    say("and I am still here")
    return "a value"


async def tell(slip):
    await asyncio.wait([slip])
    say("Err(Cancelled)" if slip.cancelled() else f'Ok("{slip.result()}")')


async def main():
    scene("during its nap")
    slip = asyncio.create_task(iron(thing("the shirt")))
    await asyncio.sleep(0)
    slip.cancel()
    say(f"cancelled; is it over? {str(slip.done()).lower()}")
    await tell(slip)

    scene("before its first turn")
    slip = asyncio.create_task(iron(thing("the shirt")))
    slip.cancel()
    await tell(slip)

    scene("twice")
    slip = asyncio.create_task(iron(thing("the shirt")))
    await asyncio.sleep(0)
    slip.cancel()
    slip.cancel()
    await tell(slip)

    scene("when it is over")
    slip = asyncio.create_task(iron(thing("the shirt")))
    await asyncio.sleep(120)
    slip.cancel()
    await tell(slip)

    scene("by itself, and then it naps")
    await tell(asyncio.create_task(cancel_oneself(60)))

    scene("by itself, and then it ends")
    await tell(asyncio.create_task(cancel_oneself(0)))


loop.run_until_complete(main())
loop.close()
