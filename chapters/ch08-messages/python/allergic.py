"""A message for a shirt that is in the machine."""

import asyncio


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


async def clean(notes):
    """Washes a shirt for an hour, and listens meanwhile."""
    say("the shirt is in the machine")
    washed = asyncio.create_task(asyncio.sleep(60 * 60))
    while not washed.done():
        note = asyncio.create_task(notes.get())
        await asyncio.wait({washed, note}, return_when=asyncio.FIRST_COMPLETED)
        if note.done():
            say(f"the shirt hears: {note.result()}")
        else:
            note.cancel()
    say("the shirt is clean")


async def main():
    line = asyncio.Queue(maxsize=1)
    shirt = asyncio.create_task(clean(line))
    await asyncio.sleep(10 * 60)
    await line.put("no perchloroethylene")
    await asyncio.sleep(20 * 60)
    await line.put("no starch")
    await shirt


loop = Wristwatch()
loop.run_until_complete(main())
loop.close()
