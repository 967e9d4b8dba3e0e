"""Two machines, five garments, and one of them that has to be washed twice."""

import asyncio

# What is brought, and how many minutes each wash of it takes.
GARMENTS = [
    ("silk shirt", [30, 10]),
    ("wool coat", [60]),
    ("linen hat", [20]),
    ("scarf", [20]),
    ("glove", [30]),
]


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


async def clean(garment, washes, machines):
    for wash in washes:
        async with machines:
            say(f"{garment} in")
            await asyncio.sleep(60 * wash)
            say(f"    {garment} out")


async def main():
    machines = asyncio.Semaphore(2)
    await asyncio.gather(*[clean(*garment, machines) for garment in GARMENTS])


loop = Wristwatch()
loop.run_until_complete(main())
loop.close()
