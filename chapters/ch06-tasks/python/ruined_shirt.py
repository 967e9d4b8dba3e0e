"""A task raises an exception. Whoever asks for it is told, and everybody else goes on."""

import asyncio
import gc


async def clean(garment):
    await asyncio.sleep(0)
    if garment == "wool coat":
        raise RuntimeError("the dye has run")
    return f"a clean {garment}"


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda _, what: print("  the loop is told:", what["message"])
    )
    print("three are cleaned, and we ask for each:")
    slips = [
        asyncio.create_task(clean(it)) for it in ["silk shirt", "wool coat", "linen hat"]
    ]
    for slip in slips:
        try:
            print(" ", await slip)
        except RuntimeError as error:
            print(f"  the task raised: {error}")

    print("one more, and nobody asks:")
    asyncio.create_task(clean("wool coat"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    print("the shop is still open:")
    print(" ", await asyncio.create_task(clean("silk shirt")))


asyncio.run(main())
