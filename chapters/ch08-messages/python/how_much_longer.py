"""A question for a shirt that is in the machine, and a future for the answer."""

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


async def clean(questions):
    """Washes a shirt for an hour, and answers meanwhile."""
    end = asyncio.get_running_loop().time() + 60 * 60
    washed = asyncio.create_task(asyncio.sleep(60 * 60))
    while not washed.done():
        question = asyncio.create_task(questions.get())
        await asyncio.wait({washed, question}, return_when=asyncio.FIRST_COMPLETED)
        if not question.done():
            question.cancel()
        elif question.result().cancelled():
            say("whoever asked has gone")
        else:
            question.result().set_result(end - asyncio.get_running_loop().time())
    say("the shirt is clean")


async def main():
    line = asyncio.Queue(maxsize=1)
    shirt = asyncio.create_task(clean(line))
    for pause in (10, 35):
        await asyncio.sleep(pause * 60)
        answer = asyncio.get_running_loop().create_future()
        await line.put(answer)
        say(f"how much longer? {await answer // 60:.0f} min")
    answer = asyncio.get_running_loop().create_future()
    await line.put(answer)
    answer.cancel()
    await shirt


loop = Wristwatch()
loop.run_until_complete(main())
loop.close()
