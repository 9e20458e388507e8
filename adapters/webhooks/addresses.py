"""Which addresses requests may go to."""

from ipaddress import IPv4Address, IPv6Address, ip_network

# IPv6 addresses outside it are local, multicast, reserved, or contain an IPv4 address (mapped,
# NAT64). RFC 4291 section 2.4.
GLOBAL_UNICAST = ip_network("2000::/3")
# Addresses that ipaddress calls global in at least one supported release of Python.
NOT_PUBLIC = [
    ip_network("192.0.0.0/24"),  # protocol assignments (RFC 6890); metadata of Oracle Cloud
    ip_network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
    ip_network("168.63.129.16/32"),  # the host of a virtual machine in Azure
    ip_network("2001::/23"),  # protocol assignments (RFC 2928), such as Teredo and ORCHID
    ip_network("2002::/16"),  # 6to4: contains an IPv4 address (RFC 3056)
    ip_network("3fff::/20"),  # documentation (RFC 9637)
]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody can have this address on the internet."""
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in NOT_PUBLIC)
    )
