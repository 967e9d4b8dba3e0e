"""The blog's last program: a coroutine becomes a task, and a callback prints what the task holds."""

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


async def dry_clean(garment):
    print(f"the {garment} goes into the machine")
    await asyncio.sleep(60)
    loop.call_soon(print, "somebody who was in line already")
    print(f"the {garment} comes out")
    return f"a clean {garment}"


def print_future(future):
    print("print_future sees", future.result())


loop = Wristwatch()
task = loop.create_task(dry_clean("silk shirt"))
task.add_done_callback(print_future)
task.add_done_callback(lambda _: loop.stop())
print("there is a task, and the loop does not run yet")
loop.run_forever()

print("the loop has stopped, and the task is over")
task.add_done_callback(print_future)
print("the callback has been left once more")
loop.stop()
loop.run_forever()
loop.close()
