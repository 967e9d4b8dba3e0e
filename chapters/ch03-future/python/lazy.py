"""What happens when an `async def` is called: nothing."""

import asyncio


async def take_in(garment):
    print(f"    the {garment} is hung on the rack")
    return 1


print("Ann brings a silk shirt")
order = take_in("silk shirt")
print("the order is written, and nothing has happened")
ticket = asyncio.run(order)
print(f"it was carried out: ticket {ticket}")

print("Ben brings a wool coat")
order = take_in("wool coat")
del order
print("the order is torn up, and nothing has happened")
