"""Three calls that would have to wait, and what they say when they may not."""

import socket


def outcome(call, *args):
    try:
        call(*args)
    except BlockingIOError:
        return "WouldBlock"
    return "done"


door = socket.create_server(("127.0.0.1", 0))
door.setblocking(False)
print("accept, nobody at the door: ", outcome(door.accept))

phone = socket.create_connection(door.getsockname())
customer, _ = door.accept()
customer.setblocking(False)
print("accept, somebody there:     ", "done")

print("read, nothing said yet:     ", outcome(customer.recv, 512))
phone.sendall(b"DROP silk shirt\n")
while (said := outcome(customer.recv, 512)) != "done":
    pass
print("read, something said:       ", said)

print("write, there is room:       ", outcome(customer.send, b"TICKET 1\n"))
while (full := outcome(customer.send, b"." * 65_536)) == "done":
    pass
print("write, they do not listen:  ", full)
