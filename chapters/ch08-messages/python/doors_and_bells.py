"""A door, which stays open, and a bell, which forgets."""

import asyncio


async def pass_through(name, door):
    print(f"  {name} comes to the door")
    await door.wait()
    print(f"  {name} goes through")


async def listen(name, bell):
    async with bell:
        print(f"  {name} comes and listens")
        await bell.wait()
        print(f"  {name} hears it")


async def come(work):
    visit = asyncio.create_task(work)
    for _ in range(3):
        await asyncio.sleep(0)
    return visit


async def ring(bell, how_many):
    async with bell:
        bell.notify(how_many)
    for _ in range(3):
        await asyncio.sleep(0)


async def main():
    print("Event: opened, and nobody is there")
    door = asyncio.Event()
    door.set()
    await come(pass_through("Ann", door))
    await come(pass_through("Ben", door))

    print("Condition: for one, twice, and nobody is there")
    bell = asyncio.Condition()
    await ring(bell, 1)
    await ring(bell, 1)
    visits = [await come(listen("Ann", bell)), await come(listen("Ben", bell))]

    print("for one, and Ann and Ben are there")
    await ring(bell, 1)
    visits.append(await come(listen("Cleo", bell)))

    print("for all, and Ben and Cleo are there")
    await ring(bell, len(visits))
    await asyncio.gather(*visits)


asyncio.run(main())
