#!/bin/bash
# Laptops and a node in network namespaces: a partition and its healing, laptops behind a NAT, a change of address, and not one
# packet towards the internet.
#
# Usage, as root: tests/extra/namespaces.sh      (iproute2, nftables, python3; TERN names the binary)
# Two laptops share a LAN behind a router, which hides it from the node's network (masquerade; nothing new may come in) and has
# a way up into the world, where every packet is counted. Namespaces and processes are cleared away at the end.
set -euo pipefail

tern=${TERN:-$(dirname "$0")/../../target/debug/tern}
[ "$(id -u)" = 0 ] || { echo "this needs root: namespaces" >&2; exit 2; }
work=$(mktemp -d)
p=tern$$
finish() {
  for ns in ben aiko router node world; do
    ip netns pids "$p-$ns" 2>/dev/null | xargs -r kill 2>/dev/null || true
    ip netns del "$p-$ns" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

in_ns() { local ns=$1; shift; ip netns exec "$p-$ns" "$@"; }
for ns in ben aiko router node world; do
  ip netns add "$p-$ns"
  in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
  in_ns "$ns" ip link set lo up
done
# wire NS DEVICE(in the router) ADDRESS GATEWAY
wire() {
  ip link add eth0 netns "$p-$1" type veth peer name "$2" netns "$p-router"
  in_ns "$1" ip addr add "$3" dev eth0
  in_ns "$1" ip link set eth0 up
  in_ns router ip link set "$2" up
  [ -z "${4:-}" ] || in_ns "$1" ip route add default via "$4"
}
wire ben to-ben 10.77.1.2/24 ""
wire aiko to-aiko 10.77.1.3/24 ""
wire node to-node 10.77.2.2/24 10.77.2.1
wire world sky 10.77.9.2/24 ""
in_ns router ip link add lan type bridge
in_ns router ip link set to-ben master lan
in_ns router ip link set to-aiko master lan
in_ns router ip link set lan up
in_ns router ip addr add 10.77.1.1/24 dev lan
in_ns router ip addr add 10.77.2.1/24 dev to-node
in_ns router ip addr add 10.77.9.1/24 dev sky
in_ns router ip route add default via 10.77.9.2
in_ns router sysctl -qw net.ipv4.ip_forward=1
for ns in ben aiko; do in_ns "$ns" ip route add default via 10.77.1.1; done
in_ns router nft -f - <<'N'
table ip t {
  counter world { }
  set strangers { type ipv4_addr; flags dynamic; size 64; }
  chain forward {
    type filter hook forward priority 0;
    # While a link is down, what is meant for it goes the way of the rest.
    oifname "sky" ip daddr != 10.77.0.0/16 add @strangers { ip daddr } counter name world
    oifname "lan" ct state new iifname != "lan" drop
  }
  chain output { type filter hook output priority 0; oifname "sky" ip daddr != 10.77.0.0/16 counter name world; }
  chain nat { type nat hook postrouting priority 100; oifname "to-node" masquerade; }
}
N
# The counter sees what it should: one datagram into the world.
in_ns ben python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9))'
into_world() { in_ns router nft list counter ip t world | sed -n 's/.*packets \([0-9]*\) .*/\1/p'; }
[ "$(into_world)" = 1 ] || { echo "the counter does not count" >&2; exit 1; }

ben() { in_ns ben "$tern" --home "$work/ben" "$@"; }
aiko() { in_ns aiko "$tern" --home "$work/aiko" "$@"; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
until_true() { for _ in $(seq 240); do "$@" >/dev/null 2>&1 && return 0; sleep 0.5; done; echo "did not come: $*" >&2; return 1; }
sees() { "$1" page show "$page" --format md | grep -qF "$2"; }
step() { echo "ok: $1"; }

in_ns node "$tern" node init --home "$work/node" --listen 10.77.2.2:4433 --json >/dev/null
in_ns node "$tern" node run --home "$work/node" >"$work/node.log" 2>&1 &
running() { in_ns node "$tern" node status --home "$work/node" --json | grep -q '"running":true'; }
until_true running
ticket=$(in_ns node "$tern" node status --home "$work/node" --json | field ticket)

# ---- both behind the NAT, one after the other: the node alone carries it ----
ben init --name Ben --zone Europe/London --title Ferries --json >/dev/null
ben relay add "$ticket" >/dev/null
page=$(ben page new Log --json | field id)
ben sync >/dev/null
invite=$(ben invite --json | field ticket)
ben sync >/dev/null
in_ns router ip link set to-ben down
aiko join "$invite" --name Aiko --zone Asia/Tokyo --json >/dev/null
aiko sync >/dev/null
echo "from behind the NAT" | aiko page append "$page" >/dev/null
aiko sync >/dev/null
in_ns router ip link set to-ben up
ben sync >/dev/null
sees ben "from behind the NAT"
step "two laptops behind a NAT meet through the node, never online together"

# ---- online together ----
online() { in_ns "$1" "$tern" --home "$work/$1" online >"$work/$1.log" 2>&1 & }
online ben
online aiko
echo "both online" | ben page append "$page" >/dev/null
until_true sees aiko "both online"
step "both online: an edit arrives by itself"

# ---- the node goes away: they meet on the LAN ----
in_ns router ip link set to-node down
echo "without the node" | aiko page append "$page" >/dev/null
until_true sees ben "without the node"
in_ns router ip link set to-node up
step "without the node they meet on the LAN"

# ---- partition and heal ----
in_ns router ip link set to-ben down
echo "ben alone" | ben page append "$page" >/dev/null
echo "aiko alone" | aiko page append "$page" >/dev/null
sleep 3
! sees aiko "ben alone" && ! sees ben "aiko alone"
in_ns router ip link set to-ben up
until_true sees aiko "ben alone"
until_true sees ben "aiko alone"
step "a partition heals by itself, nothing lost on either side"

# ---- another address ----
in_ns ben ip addr del 10.77.1.2/24 dev eth0
in_ns ben ip addr add 10.77.1.22/24 dev eth0
in_ns ben ip route replace default via 10.77.1.1
echo "from another address" | ben page append "$page" >/dev/null
until_true sees aiko "from another address"
echo "to another address" | aiko page append "$page" >/dev/null
until_true sees ben "to another address"
step "a change of address is survived"

for home in ben aiko; do "$home" check >/dev/null; done
same() { rm -rf "$work/x" "$work/y"; ben export "$work/x" && aiko export "$work/y" && diff -r "$work/x" "$work/y"; }
until_true same
step "both export the same"
packets=$(($(into_world) - 1))
[ "$packets" = 0 ] || { echo "$packets packets went towards the internet" >&2; in_ns router nft list set ip t strangers >&2; exit 1; }
step "no packet went towards the internet"
