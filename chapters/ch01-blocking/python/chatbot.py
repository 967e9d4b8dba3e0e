"""A chatbot naps for a minute while somebody asks it something every second."""

import asyncio
import time

PATIENCE = 5


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
    time.sleep(60)


async def nap_taking_turns():
    await asyncio.sleep(60)


def a_minute(nap):
    loop = Wristwatch()
    # The real one would move the clock as well, and let nobody run meanwhile.
    time.sleep = lambda seconds: setattr(loop, "now", loop.now + seconds)
    waits = []
    for second in range(60):
        asked = second + 0.5
        loop.call_at(asked, lambda asked=asked: waits.append(loop.time() - asked))
    loop.run_until_complete(nap())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    lost = sum(wait > PATIENCE for wait in waits)
    print(f"  answered {len(waits) - lost}, lost {lost}")


print("asleep, and nothing else:")
a_minute(nap)
print("asleep, and taking turns:")
a_minute(nap_taking_turns)
