"""Ann waits for her order, and the order for the machine. Then Ann is cancelled."""

import asyncio
from contextlib import contextmanager


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


@contextmanager
def work(name):
    """Says how something ends."""
    say(f"{name} begins")
    try:
        yield
        say(f"{name} is done")
    except asyncio.CancelledError:
        say(f"{name} is cancelled")
        raise


async def machine():
    with work("the machine"):
        await asyncio.sleep(60)


async def order(shielded):
    with work("the order"):
        slip = asyncio.create_task(machine())
        await (asyncio.shield(slip) if shielded else slip)


async def ann(shielded):
    with work("Ann's visit"):
        slip = asyncio.create_task(order(shielded))
        await (asyncio.shield(slip) if shielded else slip)


async def cancel_ann(shielded):
    slip = asyncio.create_task(ann(shielded))
    await asyncio.sleep(1)
    slip.cancel()
    await asyncio.wait([slip])
    outcome = "Err(Cancelled)" if slip.cancelled() else "Ok(())"
    say(f"cancelled; whoever waits for Ann hears {outcome}")
    await asyncio.sleep(120)


async def main():
    scene("await shield(slip)")
    await cancel_ann(True)
    scene("await slip")
    await cancel_ann(False)


loop.run_until_complete(main())
loop.close()
