"""What needs a loop, without one; and a loop inside of a loop."""

import asyncio

A_MOMENT = 0.001


def attempt(deed):
    """Does something that must not be done, and prints what the error says."""
    try:
        deed()
        print("  all is well")
    except RuntimeError as error:
        print(f"  {error}")


async def nap():
    await asyncio.sleep(A_MOMENT)


outer, inner = asyncio.new_event_loop(), asyncio.new_event_loop()


async def loop_in_loop():
    nothing = asyncio.sleep(0)
    try:
        inner.run_until_complete(nothing)
    finally:
        nothing.close()


print("a nap, and no loop:")
attempt(lambda: nap().send(None))

print("a nap that is made before the loop runs:")
attempt(lambda: outer.run_until_complete(asyncio.sleep(A_MOMENT)))
print("a nap that is made inside of it:")
attempt(lambda: outer.run_until_complete(nap()))

print("a loop inside of a loop:")
attempt(lambda: outer.run_until_complete(loop_in_loop()))
print("the outer one, afterwards:")
attempt(lambda: outer.run_until_complete(nap()))
outer.close()
inner.close()
