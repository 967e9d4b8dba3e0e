"""Work that is left with the loop of another thread, and what comes of it."""

import asyncio
import threading


async def clean(garment):
    print(f"{me()}: the {garment} goes into the machine")
    await asyncio.sleep(0)
    print(f"{me()}: the {garment} comes out")
    return f"a clean {garment}"


def tailor(shop):
    """At work on a thread of its own."""
    print(f"{me()}: please clean this for me")
    receipt = asyncio.run_coroutine_threadsafe(clean("wool coat"), shop)
    print(f"{me()}: I have {receipt.result()}")
    shop.call_soon_threadsafe(shop.stop)


def me():
    return "tailor" if threading.current_thread().name == "tailor" else "clerk"


loop = asyncio.new_event_loop()
next_door = threading.Thread(target=tailor, args=(loop,), name="tailor")
next_door.start()
loop.run_forever()
next_door.join()
loop.close()
