from ipaddress import ip_address

import pytest

from adapters.webhooks.addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:200::1",
        "2a00:1450:4001:81b::200e",
    ],
)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        # unspecified, this network, loopback
        *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "::", "::1"),
        # private
        *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("fc00::1", "fd00::1", "fec0::1"),
        # carrier-grade NAT
        *("100.64.0.1", "100.127.255.255"),
        # link-local
        *("169.254.0.1", "fe80::1", "fe80::1%eth0", "fe80::1%1", "febf::1"),
        # metadata of AWS (also Azure, Google, DigitalOcean), Alibaba, Oracle; host of Azure
        *("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "fd20:ce::254"),
        *("100.100.100.200", "192.0.0.192", "168.63.129.16"),
        # multicast, broadcast
        *("224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "ff0e::1"),
        # reserved, benchmarks, documentation, protocols
        *("240.0.0.1", "198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.1"),
        *("203.0.113.1", "192.0.0.9", "192.88.99.1", "2001:db8::1", "3fff::1", "2001:2::1"),
        *("2001:10::1", "2001:20::1", "100::1", "5f00::1", "4000::1", "e000::1"),
        # containing an IPv4 address: mapped, compatible, translated, NAT64, 6to4, Teredo
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:1.1.1.1"),
        *("::127.0.0.1", "::ffff:0:127.0.0.1"),
        *("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::10.0.0.1"),
        *("2002:7f00:1::", "2002:a00:1::", "2002:a9fe:a9fe::1"),
        *("2001::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
    ],
)
def test_any_other_address_is_not_public(address):
    assert not is_public(ip_address(address))
