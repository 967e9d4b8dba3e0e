"""Work that is asked to stop, and what it makes of it."""

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


async def tidy():
    """Tidies up, and takes its time."""
    try:
        say("the shirt is in Ann's hands")
        await asyncio.sleep(60)
    finally:
        await put_back()
    return "a shirt"


async def stubborn():
    """Does not listen, the first time."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        say("not now")
    await asyncio.sleep(60)
    return "a shirt"


async def forgiving():
    """Knows how often it was asked, and takes it back."""
    own = asyncio.current_task()
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        say(f"asked {own.cancelling()} times")
        say(f"one taken back, {own.uncancel()} left")
        say(f"one taken back, {own.uncancel()} left")
    await asyncio.sleep(60)
    return "a shirt"


async def ready_for_it():
    """Gives what it has when the time is over."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return "half a shirt"
    return "a shirt"


async def tell(work):
    """Waits for the answer, and says it."""
    try:
        say(f"the answer: {await work}")
    except asyncio.CancelledError:
        say("the answer: cancelled")
    except TimeoutError:
        say("the answer: too late")


async def main():
    scene("tidying up takes its time")
    slip = asyncio.create_task(tidy())
    await asyncio.sleep(1)
    slip.cancel()
    await tell(slip)

    scene("a request is refused, and made again")
    slip = asyncio.create_task(stubborn())
    await asyncio.sleep(1)
    slip.cancel()
    await asyncio.sleep(1)
    slip.cancel()
    await tell(slip)

    scene("two requests, and both are taken back")
    slip = asyncio.create_task(forgiving())
    await asyncio.sleep(1)
    slip.cancel()
    slip.cancel()
    await tell(slip)

    scene("a time-out that waits for the tidying up")
    await tell(asyncio.wait_for(tidy(), 10))

    scene("a value in reply to a time-out")
    await tell(asyncio.wait_for(ready_for_it(), 10))


loop.run_until_complete(main())
loop.close()
