"""The main work is over, or is told to be; and somebody else is in the middle of theirs."""

import asyncio
import signal


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


def scene(title):
    print(title)


def say(words):
    print(f"{asyncio.get_running_loop().time():>4.0f} s  {words}")


finished = []


async def leftover(garment):
    """A task that nobody waits for. It tidies up, and for that it needs a second."""
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(1)
        finished.append(garment)
        if len(finished) == 3:
            # In which order, is not said.
            say("the shirt, the coat and the hat hang on the rack")


async def leave_some():
    scene("the main work is over, and three tasks are not")
    global slips
    slips = [asyncio.create_task(leftover(it)) for it in ["shirt", "coat", "hat"]]
    await asyncio.sleep(0)
    say("the main work is over")


async def main_work():
    """It is asked to stop, and tidies up."""
    scene("ctrl-c, during the main work")
    say("somebody presses ctrl-c")
    signal.raise_signal(signal.SIGINT)
    try:
        await asyncio.sleep(60)
    finally:
        say("the main work is asked to stop")
        await asyncio.sleep(1)
        say("and has tidied up")


with asyncio.Runner(loop_factory=Wristwatch) as runner:
    runner.run(leave_some())
print("        the loop is gone")

try:
    with asyncio.Runner(loop_factory=Wristwatch) as runner:
        runner.run(main_work())
except KeyboardInterrupt as error:
    print(f"        whoever ran the loop has {error!r}")
