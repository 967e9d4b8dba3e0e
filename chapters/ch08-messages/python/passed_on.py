"""A permit is given to somebody who is cancelled before they have had their turn."""

import asyncio


async def wash(name, machine):
    print(f"{name} stands in line")
    async with machine:
        print(f"{name} has the machine")


async def main():
    machine = asyncio.Semaphore(1)
    await machine.acquire()
    print("Ann has the machine")
    ben = asyncio.create_task(wash("Ben", machine))
    cleo = asyncio.create_task(wash("Cleo", machine))
    await asyncio.sleep(0)

    print("Ann is done, so it is Ben's")
    machine.release()
    print("Ben is cancelled, before he knows")
    ben.cancel()

    await cleo
    assert ben.cancelled()
    # How many are free has no public name here.
    print(f"free machines: {machine._value}")


asyncio.run(main())
