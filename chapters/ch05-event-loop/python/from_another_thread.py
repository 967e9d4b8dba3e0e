"""A promise that another thread keeps, through the back door of a loop."""

import asyncio
import threading


async def clerk():
    loop = asyncio.get_running_loop()
    promise = loop.create_future()
    may_begin = threading.Event()

    def keep():
        print("the tailor's call is made")
        promise.set_result("one button, sewn on")

    def sew():
        may_begin.wait()
        loop.call_soon_threadsafe(keep)

    tailor = threading.Thread(target=sew)
    tailor.start()
    loop.call_soon(may_begin.set)
    print("the clerk waits for the tailor")
    print("the clerk has", await promise)
    tailor.join()


asyncio.run(clerk())
