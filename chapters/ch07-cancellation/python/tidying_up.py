"""Ann's visit has a shirt in its hands, and to put it back takes a second."""

import asyncio


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


async def put_back():
    say("the way to the rack takes a second")
    await asyncio.sleep(1)
    say("the shirt hangs on the rack")


async def visit():
    try:
        say("the shirt is in Ann's hands")
        await asyncio.sleep(60)
    finally:
        await put_back()


async def cancel_ann():
    ann = asyncio.create_task(visit())
    await asyncio.sleep(1)
    say("cancel it!")
    ann.cancel()
    await asyncio.wait([ann])
    say("Ann: Err(Cancelled)" if ann.cancelled() else "Ann: Ok(())")


async def main():
    scene("the shop stays open")
    await cancel_ann()
    await asyncio.sleep(60)

    scene("the shop closes")
    await cancel_ann()


loop.run_until_complete(main())
loop.close()
print("closed")
