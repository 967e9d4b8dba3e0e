"""Two garments, awaited one after the other; and the same, with one word more."""

import asyncio


class Wristwatch(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next appointment, so that a minute takes no time."""

    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


loop = Wristwatch()


async def clean(garment, start):
    def time():
        return loop.time() - start

    print(f"{time():>5.0f} s  the {garment} goes into the machine")
    await asyncio.sleep(60)
    print(f"{time():>5.0f} s  the {garment} is clean")


async def two_coroutines():
    start = loop.time()
    shirt = clean("silk shirt", start)
    coat = clean("wool coat", start)
    await shirt
    await coat


async def two_tasks():
    start = loop.time()
    shirt = asyncio.create_task(clean("silk shirt", start))
    coat = asyncio.create_task(clean("wool coat", start))
    await shirt
    await coat


print("two coroutines:")
loop.run_until_complete(two_coroutines())
print("two tasks:")
loop.run_until_complete(two_tasks())
loop.close()
