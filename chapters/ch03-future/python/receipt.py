"""A promise and its receipt in one: kept, fetched, fetched again, broken, and torn up."""

import asyncio


async def said(outcome):
    try:
        return await outcome
    except asyncio.CancelledError as error:
        return type(error).__name__


def kept(receipt, garment):
    try:
        receipt.set_result(garment)
        return garment
    except asyncio.InvalidStateError as error:
        return type(error).__name__


async def at_the_counter():
    loop = asyncio.get_running_loop()
    receipt = loop.create_future()
    print("is it there?            ", "yes" if receipt.done() else "not yet")
    receipt.set_result("silk shirt")
    print("Ann picks it up         ", await said(receipt))
    print("she asks once more      ", await said(receipt))
    print("the shop keeps it again ", kept(receipt, "silk shirt"))

    receipt = loop.create_future()
    receipt.cancel()
    print("a promise is broken     ", await said(receipt))

    receipt = loop.create_future()
    receipt.cancel()
    print("a receipt is torn up    ", kept(receipt, "wool coat"))


asyncio.run(at_the_counter())
