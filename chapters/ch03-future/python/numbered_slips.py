"""A pad of numbered slips: a function that stops, and goes on where it stopped."""


def slips():
    print("    the first page is turned")
    number = 1
    while number <= 2:
        yield number
        print(f"    number {number} is gone, on to the next")
        number += 1
    print("    the pad is used up")


pad = slips()
print("the pad lies on the counter")
for customer in ["Ann", "Ben", "Cleo", "Ann"]:
    print(f"{customer} wants a slip")
    number = next(pad, None)
    if number is not None:
        print(f"{customer} gets number {number}")
    else:
        print(f"{customer} gets none")
