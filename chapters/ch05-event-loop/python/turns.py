"""What a loop does in which turn."""

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


loop = Wristwatch()


def say(what):
    return loop.call_soon(print, " ", what)


def say_later(millis, what):
    return loop.call_later(millis / 1000, print, what)


def call_the_turns(turn):
    """Announces two turns."""
    print("turn", turn)
    if turn < 2:
        loop.call_soon(call_the_turns, turn + 1)


def two():
    print("  two, who leaves another call")
    say("the other call")


def last():
    print("after 30 ms: stop!")
    loop.stop()
    say("left behind the stop")


loop.call_soon(call_the_turns, 1)
say("one")
loop.call_soon(two)
say("three")
say("never: it is taken back").cancel()

# Of equal deadlines asyncio promises no order. With these it is the same.
say_later(20, "after 20 ms, the first")
say_later(20, "after 20 ms, the second")
say_later(10, "after 10 ms, though it was left last")
loop.call_later(0.03, last)
say_later(30, "after 30 ms: the turn goes on to its end")
loop.run_forever()

print("stopped, and started again")
loop.stop()
loop.run_forever()
loop.close()
