"""The small print of a loop: what becomes of a call that fails, of the others, of equal deadlines."""

import asyncio

A_MINUTE = 60


class Wristwatch(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next appointment, so that a minute takes no time."""

    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


def fail():
    raise RuntimeError("the dye has run")


def a_call_fails(loop):
    """A call fails, and there is another one behind it."""
    print("a call fails:")
    loop.set_exception_handler(
        lambda _, what: print("  the loop's handler is told:", what["exception"])
    )
    loop.call_soon(fail)
    loop.call_soon(print, "  the one behind it is made")
    loop.call_soon(loop.stop)
    loop.run_forever()


def the_work_is_done(loop):
    """The work is done that a loop was run for; somebody else is in the middle of theirs."""
    print("the work is done, and another task has had:")
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def work():
        slip = asyncio.create_task(other())
        await asyncio.sleep(0)
        return slip

    slip = loop.run_until_complete(work())
    print("  turns:", turns)
    slip.cancel()
    loop.run_until_complete(asyncio.wait([slip]))


def the_same_minute(loop):
    """Seven calls, for the same minute."""
    print("seven of one deadline:")
    order = []
    for n in range(7):
        loop.call_at(A_MINUTE, order.append, n)
    loop.run_until_complete(asyncio.sleep(2 * A_MINUTE))
    print(" ", *order)


def no_time(loop):
    """A nap that takes no time: how many turns does it take?"""
    print("a nap of no time:")
    print("  sleep(0):", loop.run_until_complete(turns_of(asyncio.sleep(0))), "turn")
    print("  sleep(-1):", loop.run_until_complete(turns_of(asyncio.sleep(-1))), "turn")


async def turns_of(work):
    """How many turns this takes."""
    loop, turns = asyncio.get_running_loop(), 0

    def count():
        nonlocal turns, call
        turns += 1
        call = loop.call_soon(count)

    call = loop.call_soon(count)
    await asyncio.sleep(0)
    before = turns
    await work
    call.cancel()
    return turns - before


def another_loop(loop):
    """A promise that was made on one loop, and is waited for on another."""
    print("a promise of another loop:")
    other = asyncio.new_event_loop()
    promise = other.create_future()

    async def wait():
        return await promise

    try:
        print(" ", loop.run_until_complete(wait()))
    except RuntimeError as error:
        print("  it is", str(error).split("> ")[-1])
    other.close()


def not_wanted(loop):
    """A callback was left with a task twice, and is not wanted any more."""
    print("a callback is taken back:")

    async def work():
        pass

    def callback(_):
        print("  it is called")

    slip = loop.create_task(work())
    slip.add_done_callback(callback)
    slip.add_done_callback(callback)
    print("  so many are taken back:", slip.remove_done_callback(callback))
    loop.run_until_complete(slip)


for scene in [
    a_call_fails,
    the_work_is_done,
    the_same_minute,
    no_time,
    another_loop,
    not_wanted,
]:
    loop = Wristwatch()
    scene(loop)
    loop.close()
