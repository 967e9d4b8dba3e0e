"""A barrier, a condition, a queue for several, and one that can be waited for."""

import asyncio


async def barrier():
    print("nobody begins before all three are there")
    table = asyncio.Barrier(3)

    async def sit_down(name):
        try:
            print(f"  {name} was number {await table.wait()}, and eats")
        except asyncio.BrokenBarrierError:
            print(f"  {name} goes home hungry")

    for guests in [["Ann", "Ben", "Cleo"], ["Dan", "Eve", "Finn"]]:
        for name in guests:
            print(f"  {name} comes")
        await asyncio.gather(*map(sit_down, guests))
    two = [asyncio.create_task(sit_down(name)) for name in ["Ann", "Ben"]]
    await three_turns()
    print("  the table falls over")
    await table.abort()
    await asyncio.wait(two)


async def condition():
    print("Ann and Ben wait until there is a shirt; Ben is cancelled")
    shelf, shirts = asyncio.Condition(), 0

    async def take(name):
        async with shelf:
            await shelf.wait_for(lambda: shirts)
            print(f"  {name} has a shirt")

    ann, ben = [asyncio.create_task(take(name)) for name in ["Ann", "Ben"]]
    await three_turns()
    async with shelf:
        ben.cancel()
        await three_turns()
        print("  the shelf is locked; Ben is gone:", ben.done())
        shirts = 1
        shelf.notify_all()
        await three_turns()
        print("  it was rung, and the shelf is locked; Ann is done:", ann.done())
    await ann
    try:
        shelf.notify()
    except RuntimeError as error:
        print(f"  {error}")


async def several_take():
    print("two wait at one queue; the first is chosen, and cancelled at once")
    queue = asyncio.Queue(1)

    async def take(name):
        print(f"  {name} has {await queue.get()}")

    ann, ben = [asyncio.create_task(take(name)) for name in ["Ann", "Ben"]]
    await three_turns()
    await queue.put("a silk shirt")
    ann.cancel()
    await ben


async def all_are_done():
    print("two garments are brought, and whoever has brought them waits")
    queue = asyncio.Queue(2)

    async def clean():
        # A queue can be shut down since 3.13. Before, one puts something in that means the end.
        while garment := await queue.get():
            await asyncio.sleep(0)
            print(f"  {garment} is done")
            queue.task_done()
        print("  nothing more will come")

    cleans = asyncio.create_task(clean())
    for garment in ["a silk shirt", "a wool coat"]:
        await queue.put(garment)
    await queue.join()
    print("  all are done")
    await queue.put(None)
    await cleans
    queue.task_done()
    try:
        queue.task_done()
    except ValueError as error:
        print(f"  {error}")


async def three_turns():
    for _ in range(3):
        await asyncio.sleep(0)


async def main():
    await barrier()
    await condition()
    await several_take()
    await all_are_done()


asyncio.run(main())
