"""A slip is torn up, and the only one who could wake the task has a weak reference to it."""

import asyncio
import gc
import weakref


class Label:
    """Where the tailor finds the promise to keep when the button is on."""


async def mend_the_coat(label):
    label.promise = asyncio.get_running_loop().create_future()
    print("the coat waits for a button")
    try:
        print("the coat has", await label.promise, "and is done")
    except GeneratorExit:
        print("the coat is thrown away, in the middle of its wait")
        raise


async def main():
    label = Label()
    tailor = weakref.ref(label)
    slip = asyncio.create_task(mend_the_coat(label))
    del label
    await asyncio.sleep(0)

    del slip
    print("the slip is torn up")
    # The collector comes when it likes. Here we call it.
    gc.collect()

    if label := tailor():
        label.promise.set_result("its button")
    else:
        print("the tailor finds no coat")
    await asyncio.sleep(0)


asyncio.run(main())
