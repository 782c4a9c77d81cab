"""A switch of 48 ports that keeps what is set. Ours, since no real one can be had: messages and security are pysnmp's, what
objects there are and what a change does is written here after IF-MIB, BRIDGE-MIB, Q-BRIDGE-MIB, POWER-ETHERNET-MIB and
LLDP-MIB. Usage: switch.py PORT. Reads with the community `public`, changes with `private`. Asked with `unit` it is a power
unit of 8 outlets after PowerNet-MIB. Asked with `loops` it sends the same object for ever, asked with `endless` a table that
never ends, asked with `back` one that goes back. """

import sys
import time
from bisect import bisect_right

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto.api import v2c
from pysnmp.proto.rfc1902 import Counter32, Counter64, Gauge32, Integer32, ObjectName, OctetString, TimeTicks
from pysnmp.proto.rfc1905 import endOfMibView, noSuchInstance
from pysnmp.smi import error, instrum

PORTS = 48
BYTES = (PORTS + 7) // 8
MIB2 = (1, 3, 6, 1, 2, 1)
IF = MIB2 + (2, 2, 1)
IFX = MIB2 + (31, 1, 1, 1)
BRIDGE = MIB2 + (17,)
STATIC = BRIDGE + (7, 1, 4, 3, 1)
CURRENT = BRIDGE + (7, 1, 4, 2, 1)
PVID = BRIDGE + (7, 1, 4, 5, 1, 1)
POE = MIB2 + (105, 1, 1, 1)
LLDP = (1, 0, 8802, 1, 1, 2, 1)
IP = MIB2 + (4,)
# rPDU of PowerNet-MIB.
RPDU = (1, 3, 6, 1, 4, 1, 318, 1, 1, 12)
# Sets the clock forward by so many seconds.
JUMP = (1, 3, 6, 1, 4, 1, 99999, 1, 0)


def first_index(port):
    """Interfaces are not numbered like ports of the bridge, as on most switches."""
    return 10100 + port


def bits(ports):
    data = bytearray(BYTES)
    for port in ports:
        data[(port - 1) // 8] |= 0x80 >> ((port - 1) % 8)
    return bytes(data)


class Live:
    """A value that is another one each time."""

    def __init__(self, kind, value):
        self.kind, self.value = kind, value

    def now(self, ticks):
        return self.kind(self.value(ticks))


class Switch:
    def __init__(self):
        self.started = time.monotonic()
        self.jumped = 0
        self.admin = {p: 1 for p in range(1, PORTS + 1)}
        self.alias = {p: b"" for p in range(1, PORTS + 1)}
        self.alias[1] = "uplink to the r\u00e4ck".encode()
        self.pvid = {p: 1 for p in range(1, PORTS + 1)}
        everything = set(range(1, PORTS + 1))
        # name, egress, untagged, forbidden
        self.vlans = {1: [b"default", bits(everything), bits(everything), bits([])],
                      20: [b"servers", bits([48]), bits([]), bits([])]}

    def copy(self):
        new = Switch.__new__(Switch)
        new.started, new.jumped = self.started, self.jumped
        new.admin, new.alias, new.pvid = dict(self.admin), dict(self.alias), dict(self.pvid)
        new.vlans = {vid: list(row) for vid, row in self.vlans.items()}
        return new

    def ticks(self):
        return int((time.monotonic() - self.started + self.jumped) * 100)

    def objects(self):
        o = {}
        for n, value in ((1, OctetString("A switch of 48 ports")), (2, v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 99999, 48))),
                         (3, Live(TimeTicks, lambda up: up)), (4, OctetString("noc@example.org")), (5, OctetString("switch")),
                         (6, OctetString("rack 7"))):
            o[MIB2 + (1, n, 0)] = value
        for p in range(1, PORTS + 1):
            i = first_index(p)
            oper = 1 if self.admin[p] == 1 and p % 2 else 2
            for column, value in ((1, Integer32(i)), (2, OctetString(f"GigabitEthernet0/{p}")), (3, Integer32(6)),
                                  (5, Gauge32(1000000000)), (6, OctetString(bytes([2, 0, 0, 0, 0, p]))),
                                  (7, Integer32(self.admin[p])), (8, Integer32(oper)), (9, TimeTicks(100)),
                                  (10, Live(Counter32, lambda up, p=p: p * 10 * up % 2**32)), (13, Counter32(p)), (14, Live(Counter32, lambda up: up // 100)),
                                  (16, Live(Counter32, lambda up, p=p: p * 20 * up % 2**32)), (19, Counter32(0)), (20, Counter32(0))):
                o[IF + (column, i)] = value
            for column, value in ((1, OctetString(f"Gi0/{p}")), (6, Live(Counter64, lambda up, p=p: 2**40 + p * 10 * up)), (7, Live(Counter64, lambda up, p=p: p * up)),
                                  (10, Live(Counter64, lambda up, p=p: p * 20 * up)), (11, Live(Counter64, lambda up, p=p: p * up)), (15, Gauge32(1000)),
                                  (18, OctetString(self.alias[p])), (19, TimeTicks(0))):
                o[IFX + (column, i)] = value
            o[BRIDGE + (1, 4, 1, 2, p)] = Integer32(i)
            o[PVID + (p,)] = Gauge32(self.pvid[p])
            if p <= 24:
                on = p <= 2
                for column, value in ((3, Integer32(1)), (6, Integer32(3 if on else 2)), (7, Integer32(3)),
                                      (10, Integer32(4 if on else 1))):
                    o[POE + (column, 1, p)] = value
        for column, value in ((2, Gauge32(370)), (3, Integer32(1)), (4, Gauge32(21))):
            o[MIB2 + (105, 1, 3, 1, 1, column, 1)] = value
        for vid, (name, egress, untagged, forbidden) in self.vlans.items():
            for column, value in ((1, OctetString(name)), (2, OctetString(egress)), (3, OctetString(forbidden)),
                                  (4, OctetString(untagged)), (5, Integer32(1))):
                o[STATIC + (column, vid)] = value
            o[CURRENT + (3, 0, vid)] = Gauge32(vid)
        for mac, vid, port in (((0, 17, 34, 51, 68, 85), 1, 3), ((0, 17, 34, 51, 68, 86), 20, 48)):
            o[BRIDGE + (7, 1, 2, 2, 1, 2, vid) + mac] = Integer32(port)
            o[BRIDGE + (7, 1, 2, 2, 1, 3, vid) + mac] = Integer32(3)
        for p in (1, 48):
            for column, value in ((2, Integer32(5)), (3, OctetString(f"Gi0/{p}")), (4, OctetString(f"port {p}"))):
                o[LLDP + (3, 7, 1, column, p)] = value
        for column, value in ((4, Integer32(4)), (5, OctetString(bytes([0, 17, 34, 0, 0, 1]))), (6, Integer32(5)),
                              (7, OctetString("xe-0/0/1")), (8, OctetString("to the switch")), (9, OctetString("core1")),
                              (10, OctetString("A router")), (11, OctetString(b"\x28\x00")), (12, OctetString(b"\x08\x00"))):
            o[LLDP + (4, 1, 1, column, 0, 48, 1)] = value
        o[LLDP + (4, 2, 1, 3, 0, 48, 1, 1, 4, 192, 0, 2, 9)] = Integer32(2)
        # An interface of VLAN 20 with addresses, as a switch has it that routes.
        vlan = 20020
        for column, value in ((1, Integer32(vlan)), (2, OctetString("Vlan20")), (3, Integer32(136)), (7, Integer32(1)), (8, Integer32(1))):
            o[IF + (column, vlan)] = value
        o[IFX + (1, vlan)] = OctetString("Vlan20")
        network = v2c.ObjectIdentifier(IP + (32, 1, 5, vlan, 1, 4, 192, 0, 2, 0, 24))
        for column, value in ((3, Integer32(vlan)), (4, Integer32(1)), (5, network)):
            o[IP + (34, 1, column, 1, 4, 192, 0, 2, 1)] = value
        o[JUMP] = Integer32(0)
        return o

    def change(self, name, value):
        """Does it, or says which error of RFC 3416 it is."""
        if name == JUMP:
            self.jumped += int(value)
        elif name[:-1] == IF + (7,) and name[-1] - 10100 in self.admin:
            if int(value) not in (1, 2):
                return error.WrongValueError
            self.admin[name[-1] - 10100] = int(value)
        elif name[:-1] == IFX + (18,) and name[-1] - 10100 in self.alias:
            if len(value) > 64:
                return error.WrongLengthError
            self.alias[name[-1] - 10100] = bytes(value)
        elif name[:-1] == PVID and name[-1] in self.pvid:
            if int(value) not in self.vlans:
                return error.InconsistentValueError
            self.pvid[name[-1]] = int(value)
        elif name[:-2] == STATIC and 1 <= name[-1] <= 4094:
            return self.change_vlan(name[-2], name[-1], value)
        else:
            return error.NotWritableError

    def change_vlan(self, column, vid, value):
        if column == 5:
            if int(value) == 4:
                if vid in self.vlans:
                    return error.InconsistentValueError
                self.vlans[vid] = [b"", bits([]), bits([]), bits([])]
            elif int(value) == 6:
                if vid == 1 or vid in self.pvid.values():
                    return error.InconsistentValueError
                self.vlans.pop(vid, None)
            elif int(value) != 1:
                return error.WrongValueError
            return None
        if vid not in self.vlans:
            return error.NoCreationError
        place = {1: 0, 2: 1, 3: 3, 4: 2}.get(column)
        if place is None:
            return error.NotWritableError
        if place == 0:
            if len(value) > 32:
                return error.WrongLengthError
            self.vlans[vid][0] = bytes(value)
        else:
            if len(value) != BYTES:
                return error.WrongLengthError
            self.vlans[vid][place] = bytes(value)
        return None

    def consistent(self):
        """Whoever leaves untagged must leave at all."""
        return all(u & ~e & 0xFF == 0 for _, egress, untagged, _ in self.vlans.values() for u, e in zip(untagged, egress))


class Objects(instrum.AbstractMibInstrumController):
    """What SNMP asks and changes."""

    def __init__(self):
        self.switch = Switch()
        self.kept = None

    def table(self):
        if self.kept is None:
            objects = self.switch.objects()
            self.kept = (objects, sorted(objects))
        return self.kept

    def value(self, value):
        return value.now(self.switch.ticks()) if isinstance(value, Live) else value

    def read_variables(self, *varBinds, **_):
        objects, _ = self.table()
        return [(name, self.value(objects.get(tuple(name), noSuchInstance))) for name, _ in varBinds]

    def read_next_variables(self, *varBinds, **_):
        objects, names = self.table()
        answer = []
        for name, _ in varBinds:
            at = bisect_right(names, tuple(name))
            if at < len(names):
                answer.append((ObjectName(names[at]), self.value(objects[names[at]])))
            else:
                answer.append((name, endOfMibView))
        return answer

    def write_variables(self, *varBinds, acFun, **context):
        for place, variable in enumerate(varBinds):
            if acFun("write", variable, idx=place, **context):
                raise error.NoAccessError(name=variable[0], idx=place)
        changed = self.switch.copy()
        # A row is made before its columns are set.
        order = sorted(enumerate(varBinds), key=lambda it: tuple(it[1][0])[:-1] != STATIC + (5,) or int(it[1][1]) != 4)
        for place, (name, value) in order:
            wrong = changed.change(tuple(name), value)
            if wrong:
                raise wrong(name=name, idx=place)
        if not changed.consistent():
            raise error.InconsistentValueError(name=varBinds[0][0], idx=0)
        self.switch, self.kept = changed, None
        return list(varBinds)


class Outlets(instrum.AbstractMibInstrumController):
    """A power unit. An outlet that is cycled is off for a moment. Outlets 7 and 8 cannot be cycled, and 7 stays off once it is."""

    def __init__(self):
        self.on = {n: n != 2 for n in range(1, 9)}
        # When those that are cycled go on again.
        self.back = {}

    def objects(self):
        now = time.monotonic()
        o = {MIB2 + (1, 1, 0): OctetString("A power unit of 8 outlets\nversion 1"), MIB2 + (1, 3, 0): TimeTicks(1),
             MIB2 + (1, 2, 0): v2c.ObjectIdentifier((1, 3, 6, 1, 4, 1, 318, 1, 3, 4, 5)), MIB2 + (1, 5, 0): OctetString("unit"),
             RPDU + (1, 16, 0): Integer32(420)}
        for n, on in self.on.items():
            on = on and now >= self.back.get(n, 0)
            o[RPDU + (3, 3, 1, 1, 4, n)] = Integer32(1 if on else 2)
            for column, value in ((2, OctetString(f"Outlet {n}")), (4, Integer32(1 if on else 2)), (7, Gauge32(15 if on else 0))):
                o[RPDU + (3, 5, 1, 1, column, n)] = value
        return o

    def read_variables(self, *varBinds, **_):
        objects = self.objects()
        return [(name, objects.get(tuple(name), noSuchInstance)) for name, _ in varBinds]

    def read_next_variables(self, *varBinds, **_):
        objects = self.objects()
        names = sorted(objects)
        places = [(name, bisect_right(names, tuple(name))) for name, _ in varBinds]
        return [(ObjectName(names[at]), objects[names[at]]) if at < len(names) else (name, endOfMibView) for name, at in places]

    def write_variables(self, *varBinds, **_):
        for place, (name, value) in enumerate(varBinds):
            outlet, told = name[-1], int(value)
            if tuple(name)[:-1] != RPDU + (3, 3, 1, 1, 4) or outlet not in self.on:
                raise error.NotWritableError(name=name, idx=place)
            if told not in (1, 2, 3) or (told == 3 and outlet >= 7):
                raise error.WrongValueError(name=name, idx=place)
            if told == 1 and outlet == 7 and not self.on[outlet]:
                raise error.ResourceUnavailableError(name=name, idx=place)
            self.on[outlet] = told != 2
            if told == 3:
                self.back[outlet] = time.monotonic() + 0.3
        return list(varBinds)


class Liar(instrum.AbstractMibInstrumController):
    """Answers what no table can be."""

    def __init__(self, how):
        self.how = how
        self.turn = 0

    def read_next_variables(self, *varBinds, **_):
        self.turn += 1
        if self.how == "loops":
            return [(ObjectName(IF + (2, 1)), OctetString("again")) for _ in varBinds]
        if self.how == "back":
            last = 50 - self.turn if self.turn > 5 else self.turn
            return [(ObjectName(IF + (2, max(last, 1))), OctetString("back")) for _ in varBinds]
        answer = []
        for name, _ in varBinds:
            arcs = tuple(name)
            arcs = arcs + (1,) if len(arcs) <= len(IF) + 1 else arcs[:-1] + (arcs[-1] + 1,)
            answer.append((ObjectName(arcs), OctetString(b"x" * 200)))
        return answer


def main():
    snmp = engine.SnmpEngine()
    config.add_transport(snmp, udp.DOMAIN_NAME, udp.UdpTransport().open_server_mode(("127.0.0.1", int(sys.argv[1]))))
    contexts = context.SnmpContext(snmp)
    contexts.unregister_context_name(OctetString(""))
    contexts.register_context_name(OctetString(""), Objects())
    for who in ("public", "private"):
        config.add_v1_system(snmp, who, who)
        for model in (1, 2):
            config.add_vacm_user(snmp, model, who, "noAuthNoPriv", (1,), (1,) if who == "private" else (9,))
    for who in ("loops", "endless", "back"):
        contexts.register_context_name(OctetString(who), Liar(who))
        config.add_v1_system(snmp, who, who, contextName=OctetString(who))
        for model in (1, 2):
            config.add_vacm_user(snmp, model, who, "noAuthNoPriv", (1,), (9,), contextName=OctetString(who))
    contexts.register_context_name(OctetString("unit"), Outlets())
    config.add_v1_system(snmp, "unit", "unit", contextName=OctetString("unit"))
    for model in (1, 2):
        config.add_vacm_user(snmp, model, "unit", "noAuthNoPriv", (1,), (1,), contextName=OctetString("unit"))
    for responder in (cmdrsp.GetCommandResponder, cmdrsp.NextCommandResponder, cmdrsp.BulkCommandResponder,
                      cmdrsp.SetCommandResponder):
        responder(snmp, contexts)
    snmp.transport_dispatcher.job_started(1)
    snmp.open_dispatcher()


main()
