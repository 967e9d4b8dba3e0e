"""The blog's nap of sixty seconds, and somebody who has questions meanwhile."""

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


async def nap():
    loop = asyncio.get_running_loop()
    start = loop.time()
    print("good night")
    await asyncio.sleep(60)
    print(f"good morning, {loop.time() - start:.0f} seconds later")


async def answer():
    for question in range(1, 4):
        await asyncio.sleep(15)
        print(f"question {question} is answered")


async def both():
    await asyncio.gather(nap(), answer())


loop = Wristwatch()
loop.run_until_complete(both())
loop.close()
