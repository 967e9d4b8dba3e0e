"""Two payments, and a till that is read before an await and written after it."""

import asyncio

PAYMENTS = [("Ann", 5), ("Ben", 7)]


class Till:
    money = 0

    def __init__(self):
        self.lock = asyncio.Lock()


async def pay(name, price, till):
    """Reads the till, looks up the price, and writes what is in the till now."""
    before = till.money
    print(f"  {name} pays {price}, the till had {before}")
    await look_it_up()
    till.money = before + price
    print(f"  it has {till.money}")


async def pay_in_turn(name, price, till):
    """The same, with the till to oneself."""
    async with till.lock:
        await pay(name, price, till)


async def look_it_up():
    await asyncio.sleep(0)


async def main():
    print("a till for everybody")
    till = Till()
    await asyncio.gather(*[pay(name, price, till) for name, price in PAYMENTS])

    print("a till that one has to oneself")
    till = Till()
    await asyncio.gather(*[pay_in_turn(name, price, till) for name, price in PAYMENTS])


asyncio.run(main())
