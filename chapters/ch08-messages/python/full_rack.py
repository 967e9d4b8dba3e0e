"""A box with room for two, and a box with room for everything."""

import asyncio

GARMENTS = ["a silk shirt", "a wool coat", "a linen hat", "a scarf", "a glove"]


class Wristwatch(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next appointment."""

    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


def say(what):
    minute = asyncio.get_running_loop().time() // 60
    print(f"{minute:2.0f} min  {what}")


async def clean(rack):
    """Takes one garment after another, ten minutes each."""
    while garment := await rack.get():
        say(f"    {garment} is taken")
        await asyncio.sleep(10 * 60)
    say("    nothing more will come")


async def bring_it_all():
    """Ann has brought everything, and hangs up what there is room for."""
    print("room for two")
    rack = asyncio.Queue(maxsize=2)
    cleaner = asyncio.create_task(clean(rack))
    for garment in GARMENTS:
        await rack.put(garment)
        say(f"{garment} hangs there")
    await asyncio.sleep(40 * 60)
    say("Ann goes home")
    # A queue can be shut down since 3.13. Before, one puts something in that means the end.
    await rack.put(None)
    await cleaner


async def bring_more_and_more():
    """Somebody comes every minute, and is never told to wait."""
    print("room for everything")
    rack = asyncio.Queue()

    async def come():
        while True:
            await rack.put("one more")
            await asyncio.sleep(60)

    async def clean():
        while await rack.get():
            await asyncio.sleep(10 * 60)

    both = [asyncio.create_task(come()), asyncio.create_task(clean())]
    await asyncio.sleep(30)
    for hour in range(1, 4):
        await asyncio.sleep(60 * 60)
        print(f"{hour} h     {rack.qsize():3} garments hang there")
    for task in both:
        task.cancel()


async def main():
    await bring_it_all()
    await bring_more_and_more()


loop = Wristwatch()
loop.run_until_complete(main())
loop.close()
