"""Three garments are waited for at once, and something happens to one of them."""

import asyncio

A_MINUTE = 60


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


async def clean(garment):
    """The coat takes a minute and is ruined; the shirt takes two, the hat three."""
    try:
        if garment == "coat":
            await asyncio.sleep(A_MINUTE)
            raise ValueError("the dye has run")
        if garment == "shirt":
            await asyncio.sleep(2 * A_MINUTE)
            return "clean shirt"
        await asyncio.sleep(3 * A_MINUTE)
        return "clean hat"
    finally:
        say(f"the {garment} leaves the machine")


ALL = ["shirt", "coat", "hat"]


def slips():
    """A task each. What comes of one is the task's end, or the garment's."""
    return [asyncio.create_task(clean(garment)) for garment in ALL]


async def tell(work):
    try:
        say(await work)
    except ValueError as error:
        say(repr(error))
    except asyncio.CancelledError as error:
        say(repr(error))


async def later():
    await asyncio.sleep(10 * A_MINUTE)


async def main():
    # Whatever `gather` is given, it makes tasks of.
    scene("the coat is ruined, and the others are tasks")
    await tell(asyncio.gather(*map(clean, ALL)))
    await later()

    scene("the coat is ruined, and that is an answer like any other")
    await tell(asyncio.gather(*map(clean, ALL), return_exceptions=True))

    scene("the hat is cancelled")
    three = slips()
    await asyncio.sleep(A_MINUTE / 2)
    three[2].cancel()
    await tell(asyncio.gather(*three))
    await later()

    scene("whoever waits for all three is cancelled")
    everything = asyncio.gather(*slips())
    await asyncio.sleep(A_MINUTE / 2)
    everything.cancel()
    await tell(everything)
    await later()


loop.run_until_complete(main())
loop.close()
