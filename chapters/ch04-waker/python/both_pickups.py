"""Two pickups at once: both of them, or whichever is first."""

import asyncio


async def pick_up(name, receipt):
    try:
        garment = await receipt
    except asyncio.CancelledError:
        print(f"  {name} goes home with nothing")
        raise
    print(f"  {name} has the {garment}")
    return garment


def two_promises():
    loop = asyncio.get_running_loop()
    return loop.create_future(), loop.create_future()


async def both():
    shirt, coat = two_promises()

    async def cleaner():
        coat.set_result("wool coat")
        await asyncio.sleep(0)
        shirt.set_result("silk shirt")

    pickups = asyncio.gather(pick_up("Ann", shirt), pick_up("Ben", coat))
    garments, _ = await asyncio.gather(pickups, cleaner())
    print(f"  the shop has given out {garments[0]} and {garments[1]}")


async def first():
    shirt, coat = two_promises()
    coat.set_result("wool coat")
    ann = asyncio.create_task(pick_up("Ann", shirt), name="Ann")
    ben = asyncio.create_task(pick_up("Ben", coat), name="Ben")
    done, waiting = await asyncio.wait({ann, ben}, return_when=asyncio.FIRST_COMPLETED)
    print(f"  first: {names(done)}")
    print(f"  the shirt is clean, and somebody waits for it: {ann in waiting}")
    shirt.set_result("silk shirt")
    await ann


async def draw():
    shirt, coat = two_promises()
    coat.set_result("wool coat")
    shirt.set_result("silk shirt")
    ann = asyncio.create_task(pick_up("Ann", shirt), name="Ann")
    ben = asyncio.create_task(pick_up("Ben", coat), name="Ben")
    done, _ = await asyncio.wait({ann, ben}, return_when=asyncio.FIRST_COMPLETED)
    print(f"  first: {names(done)}")


def names(tasks):
    return " and ".join(sorted(task.get_name() for task in tasks))


async def main():
    print("both:")
    await both()
    print("whichever is first:")
    await first()
    print("whichever is first, and both are ready:")
    await draw()


asyncio.run(main())
