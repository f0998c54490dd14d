"""What a customer's client says to the servers, over a socket."""

import socket
import ssl


def connected(endpoint, authority=None):
    """A connection. With the file of an authority it is TLS, and the certificate must be good for the address."""
    connection = socket.create_connection((endpoint["Address"], endpoint["Port"]), timeout=300)
    if authority is None:
        return connection
    trust = ssl.create_default_context(cafile=authority)
    return trust.wrap_socket(connection, server_hostname=endpoint["Address"])


def line_of(answers):
    line = answers.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError(f"hung up after {line!r}")
    return line.decode().removesuffix("\r\n")


def redis(endpoint, *words, authority=None):
    """One command; the answer's first line, or the text of a bulk answer. Goes to the shard that has the key."""
    command = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
    with connected(endpoint, authority) as connection:
        connection.sendall(command.encode())
        with connection.makefile("rb") as answers:
            head = line_of(answers)
            answer = line_of(answers) if head.startswith("$") and head != "$-1" else head
    if not head.startswith("-MOVED "):
        return answer
    host, port = head.split(" ")[2].rsplit(":", 1)
    return redis({"Address": host, "Port": int(port)}, *words, authority=authority)


def memcached(endpoint, text, lines, authority=None):
    """So many lines of an answer."""
    with connected(endpoint, authority) as connection:
        connection.sendall(text.encode())
        with connection.makefile("rb") as answers:
            return [line_of(answers) for _ in range(lines)]
