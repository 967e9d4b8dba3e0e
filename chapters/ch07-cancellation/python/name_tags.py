"""Each task wears a name tag, which the functions it calls can read."""

import asyncio
from contextvars import ContextVar

name = ContextVar("name", default="nobody")


async def change_it(to):
    print(f"  it says {name.get()}, and then {to}")
    name.set(to)
    await asyncio.sleep(0)
    print(f"  it still says {name.get()}")


async def main():
    name.set("Ann")
    print("two tasks, and each changes its tag:")
    slips = [asyncio.create_task(change_it(to)) for to in ["Ben", "Cleo"]]
    for slip in slips:
        await slip
    print("whoever has spawned them:", name.get())

    print("a function that is awaited:")
    await change_it("Dan")
    print("whoever has called it:", name.get())


asyncio.run(main())
