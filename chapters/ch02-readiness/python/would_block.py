"""Three calls that would have to wait, and what they say when they may not."""

import socket


def outcome(call, *args):
    try:
        return call(*args), "done"
    except BlockingIOError:
        return None, "WouldBlock"


door = socket.create_server(("127.0.0.1", 0))
door.setblocking(False)
print("accept, nobody at the door: ", outcome(door.accept)[1])

phone = socket.create_connection(door.getsockname())
(customer, _), met = outcome(door.accept)
print("accept, somebody there:     ", met)
customer.setblocking(False)

print("read, nothing said yet:     ", outcome(customer.recv, 512)[1])
phone.sendall(b"DROP silk shirt\n")
while (said := outcome(customer.recv, 512)[1]) != "done":
    pass
print("read, something said:       ", said)

print("write, there is room:       ", outcome(customer.send, b"TICKET 1\n")[1])
while (full := outcome(customer.send, b"." * 65_536)[1]) == "done":
    pass
print("write, they do not listen:  ", full)
