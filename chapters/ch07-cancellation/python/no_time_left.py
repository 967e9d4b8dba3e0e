"""A value that comes too late, and time-outs that are not as usual."""

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


async def tell(work):
    try:
        say(await work)
    except (TimeoutError, ValueError) as error:
        say(repr(error))


async def it_comes_too_late():
    """The shirt comes, and Ann is cancelled before she has had her turn."""
    scene("the shirt is there, and Ann, who waits, is cancelled")
    promise = loop.create_future()

    async def wait():
        return await promise

    ann = asyncio.create_task(wait())
    await asyncio.sleep(0)
    promise.set_result("silk shirt")
    ann.cancel()
    await asyncio.wait([ann])
    say(f"Ann is cancelled: {ann.cancelled()}; on the receipt: {promise.result()}")


async def wash():
    say("the washing begins")
    await asyncio.sleep(10)
    return "silk shirt"


async def no_time():
    """Work that may not take any time."""
    scene("no time at all")
    await tell(asyncio.wait_for(wash(), 0))
    there = loop.create_future()
    there.set_result("what is there")
    await tell(asyncio.wait_for(there, 0))


async def tidy():
    """Work that is asked to stop, and fails at its tidying up."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        raise ValueError("the rack has fallen over")
    return "a shirt"


async def it_fails_while_it_tidies_up():
    scene("it is asked to stop, and fails while it tidies up")
    await tell(asyncio.wait_for(tidy(), 10))


async def put_off():
    """There are eight seconds, and after five of them ten more are asked for."""
    scene("the deadline is put off")
    try:
        async with asyncio.timeout(8) as limit:
            await asyncio.sleep(5)
            limit.reschedule(loop.time() + 10)
            await asyncio.sleep(5)
            say("silk shirt")
    except TimeoutError:
        say("the time was over first")


async def main():
    await it_comes_too_late()
    await no_time()
    await it_fails_while_it_tidies_up()
    await put_off()


loop.run_until_complete(main())
loop.close()
