"""The command line of a switch that keeps what it is told. Ours, since no real one can be had: prompts, tables, configurations and
refusals are written after the makers' manuals and what users have published of their switches. Six ports; the first carries
the management, and once it is down or in other VLANs than before, every session is dropped until that is taken back.

Usage: cli.py FOLDER, as the forced command of an SSH server. `options.json` there says `platform` (junos, eos, nxos, iosxe,
os10), `minute` (how many seconds a minute of its timers takes), `refuse` (commands that it refuses, and its words), `ask`
(commands after which it asks something), `enable` (a password is wanted), `archive` (IOS-XE has one), `silent` (it says
nothing any more after this command). `state.json` is what it is, `log` what was typed. """

import fcntl
import ipaddress
import json
import os
import re
import signal
import sys
import time
import tty

FOLDER = sys.argv[1]
ALL = list(range(1, 4095))


def path(name):
    return os.path.join(FOLDER, name)


with open(path("options.json")) as found:
    OPTIONS = json.load(found)
PLATFORM = OPTIONS["platform"]
MINUTE = OPTIONS.get("minute", 60.0)

NAMES = {
    "eos": ("leaf1", "Ethernet%d"),
    "nxos": ("nexus", "Ethernet1/%d"),
    "iosxe": ("cat9k", "GigabitEthernet1/0/%d"),
    "os10": ("OS10", "ethernet1/1/%d"),
    "junos": ("ex1", "ge-0/0/%d"),
}
HOST, PORT = NAMES[PLATFORM]


def port_name(number):
    return PORT % (number - 1 if PLATFORM == "junos" else number)


MANAGEMENT = port_name(1)


class Gone(Exception):
    """The session is over."""


class Refused(Exception):
    """With the words of the maker."""


def invalid():
    return Refused({
        "eos": "% Invalid input",
        "iosxe": "                 ^\n% Invalid input detected at '^' marker.\n",
        "nxos": "                      ^\n% Invalid command at '^' marker.",
        "os10": "% Error: Unrecognized command.",
        "junos": "           ^\nunknown command.",
    }[PLATFORM])


# What it is: kept in a file, since each session is a process of its own.

def fresh():
    if PLATFORM == "junos":
        lines = ["system host-name ex1", "vlans default vlan-id 1", "vlans servers vlan-id 20",
                 "vlans servers l3-interface irb.20", "interfaces irb unit 20 family inet address 10.0.20.1/24"]
        for number in range(1, 7):
            unit = "interfaces %s unit 0 family ethernet-switching" % port_name(number)
            if number == 1:
                lines += ["interfaces %s description \"uplink to core\"" % port_name(1), "interfaces %s native-vlan-id 1" % port_name(1),
                          unit + " interface-mode trunk", unit + " vlan members default", unit + " vlan members servers"]
            else:
                lines += [unit + " interface-mode access", unit + " vlan members default"]
        return {"lines": lines}
    ports = {port_name(n): {"description": "", "up": True, "mode": "access", "access": 1, "native": 1, "allowed": ALL}
             for n in range(1, 7)}
    first = ports[MANAGEMENT]
    first.update(description="uplink to core", mode="trunk", allowed=[20] if PLATFORM == "os10" else [1, 20])
    svi = {"up": True, "four": ["10.0.20.1/24"], "six": []}
    one = {"up": True, "four": [], "six": []} if PLATFORM == "os10" else None
    return {"ports": ports, "vlans": {"1": {"name": "" if PLATFORM == "os10" else "default", "svi": one},
                                      "20": {"name": "servers", "svi": svi}}}


class Store:
    def __enter__(self):
        self.lock = open(path("lock"), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            with open(path("state.json")) as found:
                self.all = json.load(found)
        except FileNotFoundError:
            self.all = {"running": fresh(), "pending": None, "saved": 0, "owner": None}
        pending = self.all["pending"]
        if pending and time.time() >= pending["until"]:
            self.all.update(running=pending["before"], pending=None)
        return self.all

    def __exit__(self, *_):
        with open(path("state.new"), "w") as new:
            json.dump(self.all, new)
        os.replace(path("state.new"), path("state.json"))
        self.lock.close()


def copied(value):
    return json.loads(json.dumps(value))


def carries(config):
    """How the port that carries the management is."""
    if PLATFORM == "junos":
        own = [line for line in config["lines"] if line.startswith("interfaces %s " % MANAGEMENT)]
        numbers = dict(re.findall(r"^vlans (\S+) vlan-id (\d+)$", "\n".join(config["lines"]), re.M))
        plain = (re.sub(r"members (\S+)$", lambda found: "members " + numbers.get(found.group(1), found.group(1)), line) for line in own)
        return sorted(line for line in plain if "description" not in line)
    port = config["ports"][MANAGEMENT]
    lists = sorted(vlan for vlan in port["allowed"] if vlan in (1, 20)) if port["mode"] == "trunk" else []
    return [port["up"], port["mode"], port["native"] if port["mode"] == "trunk" else port["access"], lists]


def alive():
    with Store() as state:
        if carries(state["running"]) != carries(fresh()):
            raise Gone


def pend(state, before, seconds, name=None):
    state["pending"] = {"until": time.time() + seconds * MINUTE / 60, "before": before, "name": name}


# What it shows.

def ranges(numbers):
    out = []
    for number in sorted(numbers):
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ",".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in out)


def listed(text):
    if text == "all":
        return ALL
    if text == "none":
        return []
    if not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", text):
        raise invalid()
    numbers = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return sorted(numbers)


def spelled(address):
    if PLATFORM != "iosxe":
        return address
    ip, _, _ = address.partition("/")
    return "%s %s" % (ip, ipaddress.ip_interface(address).netmask)


def svi_lines(svi, indent):
    lines = ["no shutdown"] if PLATFORM in ("nxos", "os10") and svi["up"] else []
    for at, address in enumerate(svi["four"]):
        lines.append("ip address %s%s" % (spelled(address), " secondary" if at else ""))
    if not svi["four"] and PLATFORM == "iosxe":
        lines.append("no ip address")
    lines += ["ipv6 address %s" % (a.upper() if PLATFORM == "iosxe" else a) for a in svi["six"]]
    return [indent + line for line in lines]


def port_lines(port, indent):
    lines = []
    if port["description"]:
        quoted = PLATFORM == "os10" and " " in port["description"]
        lines.append("description " + ('"%s"' % port["description"] if quoted else port["description"]))
    if PLATFORM == "os10":
        lines.append("no shutdown" if port["up"] else "shutdown")
        if port["mode"] == "trunk":
            lines.append("switchport mode trunk")
        lines.append("switchport access vlan %d" % port["access"])
        if port["mode"] == "trunk" and port["allowed"]:
            lines.append("switchport trunk allowed vlan " + ranges(port["allowed"]))
        return [indent + line for line in lines]
    if PLATFORM == "nxos":
        lines.insert(0, "switchport")
    if port["mode"] == "trunk" or port.get("explicit"):
        lines.append("switchport mode " + port["mode"])
    if port["access"] != 1:
        lines.append("switchport access vlan %d" % port["access"])
    if port["native"] != 1:
        lines.append("switchport trunk native vlan %d" % port["native"])
    if port["allowed"] != ALL:
        lines.append("switchport trunk allowed vlan " + (ranges(port["allowed"]) or "none"))
    if not port["up"]:
        lines.append("shutdown")
    return [indent + line for line in lines]


def running(config):
    indent = {"eos": "   ", "nxos": "  "}.get(PLATFORM, " ")
    out = {"eos": ["! Command: show running-config", "! device: leaf1 (DCS-7050TX-64, EOS-4.28.3M)", "!", "hostname leaf1"],
           "iosxe": ["Building configuration...", "", "Current configuration : 4711 bytes", "!", "version 17.9", "hostname cat9k"],
           "nxos": ["", "!Command: show running-config", "!Running configuration last done at: Mon Nov 23 10:00:00 2026",
                    "", "version 9.3(8) Bios:version 07.68", "hostname nexus", "feature interface-vlan"],
           "os10": ["! Version 10.5.2.3", "! Last configuration change at Nov  23 10:00:00 2026", "!", "hostname OS10"]}[PLATFORM]
    if PLATFORM == "iosxe" and OPTIONS.get("archive", True):
        out += ["!", "archive", " path flash:archive"]
    for number, vlan in config["vlans"].items():
        svi, head = vlan["svi"], "vlan " + number
        if PLATFORM == "os10":
            out += ["!", "interface vlan" + number]
            if vlan["name"]:
                out.append(indent + "description " + vlan["name"])
            out += svi_lines(svi, indent)
        elif PLATFORM != "iosxe" and number != "1":
            out += ["!", head, indent + "name " + vlan["name"]]
    for name, port in config["ports"].items():
        out += ["!", "interface " + name] + port_lines(port, indent)
    for number, vlan in config["vlans"].items():
        if vlan["svi"] and PLATFORM != "os10":
            out += ["!", "interface Vlan" + number] + svi_lines(vlan["svi"], indent)
    return "\n".join(out + ["!", "end"])


def short(name):
    digits = re.search(r"[\d/]+$", name).group()
    return {"eos": "Et", "nxos": "Eth", "iosxe": "Gi", "os10": "Eth "}[PLATFORM] + digits


def status(config):
    rows = []
    for name, port in config["ports"].items():
        up = port["up"] and name == MANAGEMENT
        vlan = "trunk" if port["mode"] == "trunk" else str(port["access"])
        if PLATFORM == "os10":
            mode = "T" if port["mode"] == "trunk" else "A"
            tagged = ranges(port["allowed"]) if mode == "T" else "-"
            rows.append("%-16s%-16s%-9s%-9s%-9s%-5s%-5d%s" % (short(name), port["description"][:14], "up" if up else "down",
                                                       "10G" if up else "0", "full", mode, port["access"], tagged))
            continue
        word = "connected" if up else "notconnect" if port["up"] else "disabled"
        rows.append("%-10s %-18s %-12s %-10s %6s %6s %s" % (short(name), port["description"][:18], word, vlan, "full", "10G", "10Gbase-SR"))
    if PLATFORM == "os10":
        line = "-" * 72
        return "\n".join([line, "Port            Description     Status   Speed    Duplex   Mode Vlan Tagged-Vlans", line] + rows + [line])
    head = "%-10s %-18s %-12s %-10s %6s %6s %s" % ("Port", "Name", "Status", "Vlan", "Duplex", "Speed", "Type")
    return "\n".join((["", "-" * 80] if PLATFORM == "nxos" else [""]) + [head] + rows)


def vlan_table(config):
    rows = ["VLAN Name                             Status    Ports",
            "---- -------------------------------- --------- -------------------------------"]
    rows += ["%-4s %-32s %-9s %s" % (number, vlan["name"], "active", "") for number, vlan in config["vlans"].items()]
    if PLATFORM == "iosxe":
        rows.append("1002 fddi-default                     act/unsup")
    return "\n".join(rows)


VERSION = {
    "eos": "Arista DCS-7050TX-64-F\nHardware version: 01.11\nSerial number: JPE00000001\n\nSoftware image version: 4.28.3M",
    "nxos": "Cisco Nexus Operating System (NX-OS) Software\nSoftware\n  BIOS: version 07.68\n  NXOS: version 9.3(8)\n\nHardware\n"
            "  cisco Nexus9000 C93180YC-EX Chassis",
    "iosxe": "Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Catalyst L3 Switch Software (CAT9K_IOSXE), "
             "Version 17.9.4a, RELEASE SOFTWARE (fc3)\n\ncisco C9300-48P (X86) processor with 1331521K/6147K bytes of memory.",
    "os10": "Dell EMC Networking OS10 Enterprise\nOS Version: 10.5.2.3\nBuild Version: 10.5.2.3.312\nSystem Type: S5248F-ON",
    "junos": "Hostname: ex1\nModel: ex4300-48t\nJunos: 20.4R3.8",
}


# What it is told.

class Family:
    """EOS, NX-OS, IOS-XE and OS10."""

    def __init__(self):
        self.level = ">" if OPTIONS.get("enable") else "#"
        self.mode, self.at = None, None
        # A configuration session or transaction works on a copy.
        self.session, self.copy = None, None

    def prompt(self):
        word = ""
        if self.mode:
            inner = {"config": "", "interface": "-if", "vlan": "-vlan"}[self.mode]
            start = "config-s-%s" % self.session[:6] if PLATFORM == "eos" and self.session else "config"
            word = "(%s%s)" % (start, inner)
            if PLATFORM == "os10" and self.mode == "interface":
                word = "(conf-if-%s)" % self.at.replace("ethernet", "eth").replace("vlan", "vl-")
        return HOST + word + self.level + ("" if PLATFORM in ("eos", "iosxe") else " ")

    def run(self, line):
        words = line.split()
        if self.level == ">":
            if line == "enable":
                asked("Password: ")
            raise invalid()
        if self.mode is None:
            return self.exec(line, words)
        with Store() as state:
            config = self.copy if self.copy is not None else state["running"]
            return self.configure(config, line, words)

    def exec(self, line, words):
        if words[:2] in (["terminal", "length"], ["terminal", "width"]):
            if PLATFORM == "os10" and words[1] == "width":
                raise invalid()
            return "Pagination disabled." if PLATFORM == "eos" else ""
        with Store() as state:
            if words[0] == "show":
                return self.show(state["running"], line)
            if line in ("write memory", "copy running-config startup-config"):
                if line.startswith("copy") != (PLATFORM == "nxos"):
                    raise invalid()
                state["saved"] += 1
                return {"nxos": "[########################################] 100%\nCopy complete, now saving to disk (please wait)...",
                        "iosxe": "Building configuration...\n[OK]", "eos": "Copy completed successfully."}.get(PLATFORM, "")
            if line == "configure terminal":
                self.mode = "config"
                return "" if PLATFORM in ("eos", "os10") else "Enter configuration commands, one per line.  End with CNTL/Z."
            if PLATFORM == "eos" and words[:2] == ["configure", "session"]:
                return self.eos_session(state, words[2:])
            if PLATFORM == "iosxe" and words[0] == "configure":
                return self.ios_timer(state, words[1:])
            if PLATFORM == "os10" and line == "start transaction":
                self.session, self.copy = "transaction", copied(state["running"])
                return ""
            if PLATFORM == "os10" and line in ("commit", "discard") and self.session:
                if line == "commit":
                    state["running"] = self.copy
                self.session = self.copy = None
                return ""
        raise invalid()

    def show(self, config, line):
        shown = {"show version": lambda: VERSION[PLATFORM], "show vlan brief": lambda: vlan_table(config)}
        asks = "show running-configuration" if PLATFORM == "os10" else "show running-config"
        shown[asks] = lambda: running(config)
        shown["show interfaces status" if PLATFORM in ("eos", "iosxe") else "show interface status"] = lambda: status(config)
        if PLATFORM == "os10":
            del shown["show vlan brief"]
        if line not in shown:
            raise invalid()
        return shown[line]()

    def eos_session(self, state, words):
        pending = state["pending"]
        if len(words) == 1:
            self.session, self.copy, self.mode = words[0], copied(state["running"]), "config"
        elif pending and pending["name"] == words[0] and words[1:] in (["commit"], ["abort"]):
            if words[1] == "abort":
                state["running"] = pending["before"]
            state["pending"] = None
        else:
            raise Refused("% Cannot " + words[1] + " session " + words[0] + ": no such session")
        return ""

    def ios_timer(self, state, words):
        if words[:3] == ["terminal", "revert", "timer"]:
            if not OPTIONS.get("archive", True):
                raise Refused("%Archive feature not enabled. Rollback Confirmed Change needs it")
            if state["pending"]:
                raise Refused("%Rollback Confirmed Change is active already")
            pend(state, copied(state["running"]), int(words[3]) * 60)
            self.mode = "config"
            return "Rollback Confirmed Change: Backing up current running config to flash:archive-Nov-23-10-00-00-0\n\n" \
                   "Enter configuration commands, one per line.  End with CNTL/Z."
        if words in (["confirm"], ["revert", "now"]):
            if not state["pending"]:
                raise Refused("%No Rollback Confirmed Change pending")
            if words[0] == "revert":
                state["running"] = state["pending"]["before"]
            state["pending"] = None
            return ""
        raise invalid()

    def configure(self, config, line, words):
        if line in ("exit", "end"):
            self.mode = "config" if line == "exit" and self.mode != "config" else None
            return ""
        if PLATFORM == "eos" and self.session and words[0] in ("commit", "abort"):
            return self.eos_end(words)
        if words[0] == "vlan" and PLATFORM != "os10" and len(words) == 2:
            number = str(listed(words[1])[0])
            config["vlans"].setdefault(number, {"name": "VLAN%04d" % int(number), "svi": None})
            self.mode, self.at = "vlan", number
        elif words[:2] == ["no", "vlan"] and PLATFORM != "os10":
            if config["vlans"].pop(words[2], None) is None and PLATFORM != "iosxe":
                raise Refused("% VLAN not found")
        elif words[0] == "name" and self.mode == "vlan":
            config["vlans"][self.at]["name"] = words[1]
        elif words[0] == "interface":
            self.enter(config, "".join(words[1:]))
        elif words[:2] == ["no", "interface"]:
            number = re.fullmatch(r"vlan(\d+)", "".join(words[2:]).lower())
            if not number or number.group(1) not in config["vlans"]:
                raise invalid()
            if PLATFORM == "os10":
                del config["vlans"][number.group(1)]
            else:
                config["vlans"][number.group(1)]["svi"] = None
        elif self.mode == "interface" and self.at.startswith("vlan"):
            self.svi(config["vlans"][self.at[4:]], line, words)
        elif self.mode == "interface":
            self.port(config, config["ports"][self.at], line, words)
        else:
            raise invalid()
        return ""

    def eos_end(self, words):
        # What is to be kept of it, once this command is done with what it has now.
        with open(path("state.json")) as found:
            state = json.load(found)
        if words[0] == "commit":
            before = copied(state["running"])
            state["running"] = self.copy
            if words[1:2] == ["timer"]:
                hours, minutes, seconds = map(int, words[2].split(":"))
                pend(state, before, hours * 3600 + minutes * 60 + seconds, self.session)
        self.after = state
        self.session = self.copy = self.mode = None
        return ""

    def enter(self, config, name):
        number = re.fullmatch(r"vlan(\d+)", name.lower())
        if number:
            number = number.group(1)
            if PLATFORM == "os10":
                config["vlans"].setdefault(number, {"name": "", "svi": {"up": True, "four": [], "six": []}})
            elif number not in config["vlans"]:
                raise invalid()
            vlan = config["vlans"][number]
            vlan["svi"] = vlan["svi"] or {"up": PLATFORM != "nxos", "four": [], "six": []}
            self.mode, self.at = "interface", "vlan" + number
            return
        if name not in config["ports"]:
            raise invalid()
        self.mode, self.at = "interface", name

    def svi(self, vlan, line, words):
        svi = vlan["svi"]
        if words == ["no", "shutdown"]:
            svi["up"] = True
        elif PLATFORM == "os10" and "description" in words[:2]:
            vlan["name"] = "" if words[0] == "no" else line.split(" ", 1)[1].strip('"')
        elif words == ["no", "ip", "address"]:
            svi["four"] = []
        elif "ipv6" in words[:2]:
            address = str(ipaddress.IPv6Interface(words[-1]))
            svi["six"] = [one for one in svi["six"] if one != address] + ([] if words[0] == "no" else [address])
        elif "ip" in words[:2]:
            self.four(svi, words)
        else:
            raise invalid()

    def four(self, svi, words):
        gone, second = words[0] == "no", words[-1] == "secondary"
        rest = words[3 if gone else 2:len(words) - second]
        # Only one of the two forms is known to each.
        if len(rest) != (2 if PLATFORM == "iosxe" else 1):
            raise invalid()
        address = str(ipaddress.IPv4Interface("/".join(rest)))
        if gone:
            if address not in svi["four"]:
                raise invalid()
            svi["four"].remove(address)
        elif second:
            if not svi["four"]:
                raise Refused("% Primary address has to be configured first")
            svi["four"].append(address)
        elif address in svi["four"][1:]:
            raise Refused("% " + address + " is a secondary address already")
        else:
            svi["four"] = [address] + svi["four"][1:]

    def port(self, config, port, line, words):
        if words[0] == "description":
            port["description"] = line.split(" ", 1)[1].strip('"')
        elif words == ["no", "description"]:
            port["description"] = ""
        elif words == ["shutdown"] or words == ["no", "shutdown"]:
            port["up"] = words[0] == "no"
        elif words[:2] == ["switchport", "mode"] and words[2] in ("access", "trunk"):
            if PLATFORM == "os10" and words[2] != port["mode"]:
                port["allowed"] = []
            port["mode"], port["explicit"] = words[2], True
        elif words[:3] == ["switchport", "access", "vlan"]:
            if PLATFORM == "os10" and words[3] not in config["vlans"]:
                raise Refused("% Error: VLAN " + words[3] + " does not exist.")
            port["access"] = int(words[3])
        elif words[:4] == ["switchport", "trunk", "native", "vlan"] and PLATFORM != "os10":
            port["native"] = int(words[4])
        elif words[:4] == ["switchport", "trunk", "allowed", "vlan"]:
            more = words[4] == "add"
            new = listed(words[5] if more else words[4])
            port["allowed"] = sorted(set(new) | set(port["allowed"] if more or PLATFORM == "os10" else []))
        elif words[:5] == ["no", "switchport", "trunk", "allowed", "vlan"] and PLATFORM == "os10":
            port["allowed"] = sorted(set(port["allowed"]) - set(listed(words[5])))
        else:
            raise invalid()


SINGLE = ("description", "interface-mode", "native-vlan-id", "vlan-id", "l3-interface")


class Junos:
    def __init__(self):
        self.copy = None

    def prompt(self):
        return "{master:0}\n" + ("admin@ex1> " if self.copy is None else "[edit]\nadmin@ex1# ")

    def run(self, line):
        words = line.split()
        if self.copy is None:
            return self.exec(line, words)
        if words[0] in ("set", "delete", "rename"):
            self.edit(words[0], line.split(" ", 1)[1], words)
            return ""
        if line == "rollback 0":
            with Store() as state:
                self.copy = copied(state["running"])
            return "load complete"
        if words[0] == "commit":
            return self.commit(words)
        if line == "exit":
            self.copy = None
            self.leave()
            return "Exiting configuration mode"
        raise invalid()

    def exec(self, line, words):
        if words[:2] == ["set", "cli"]:
            return "Screen length set to 0" if "length" in line else "Screen width set to 1024"
        with Store() as state:
            lines = state["running"]["lines"]
            if line == "show version":
                return VERSION["junos"]
            if line == "show configuration | display set":
                return "\n".join("set " + one for one in lines)
            if line == "show interfaces terse":
                rows = ["Interface               Admin Link Proto    Local                 Remote"]
                for number in range(1, 7):
                    name = port_name(number)
                    off = "interfaces %s disable" % name in lines
                    rows.append("%-23s %-5s %s" % (name, "down" if off else "up", "up" if number == 1 and not off else "down"))
                    rows.append("%-23s up    down eth-switch" % (name + ".0"))
                return "\n".join(rows + ["irb                     up    up", "lo0                     up    up"])
            if line == "configure exclusive":
                if state["owner"]:
                    raise Refused("error: configuration database locked by:\n  admin terminal pts/0 (pid %d) on since 2026-11-23"
                                  % state["owner"])
                state["owner"] = os.getpid()
                self.copy = copied(state["running"])
                return "warning: uncommitted changes will be discarded on exit\nEntering configuration mode\n"
        raise invalid()

    @staticmethod
    def leave():
        with Store() as state:
            if state["owner"] == os.getpid():
                state["owner"] = None

    def edit(self, verb, rest, words):
        lines = self.copy["lines"]
        if verb == "set":
            parts = rest.split(" ")
            last = next((one for one in SINGLE if one in parts), None)
            if last:
                head = " ".join(parts[:parts.index(last) + 1]) + " "
                lines[:] = [one for one in lines if not one.startswith(head)]
            if rest not in lines:
                lines.append(rest)
        elif verb == "delete":
            kept = [one for one in lines if one != rest and not one.startswith(rest + " ")]
            if len(kept) == len(lines):
                raise Refused("warning: statement not found")
            lines[:] = kept
        else:
            old, new = "vlans %s " % words[2], "vlans %s " % words[4]
            lines[:] = [new + one[len(old):] if one.startswith(old) else one for one in lines]

    def check(self):
        lines = self.copy["lines"]
        known = {one.split()[1] for one in lines if one.startswith("vlans ")}
        known |= {one.split()[-1] for one in lines if re.match(r"vlans \S+ vlan-id ", one)}
        for one in lines:
            found = re.match(r"interfaces (\S+) unit 0 family ethernet-switching vlan members (\S+)$", one)
            if found and found.group(2) not in known | {"all"}:
                raise Refused("[edit interfaces %s unit 0 family ethernet-switching vlan]\n  'members'\n    vlan '%s' is not configured\n"
                              "error: configuration check-out failed" % found.groups())

    def commit(self, words):
        self.check()
        with Store() as state:
            before = copied(state["running"])
            text = "commit complete"
            if words[1:2] == ["confirmed"]:
                pend(state, before, int(words[2]) * 60)
                text = "commit confirmed will be automatically rolled back in %s minutes unless confirmed\ncommit complete\n\n" \
                       "# commit confirmed will be rolled back in %s minutes" % (words[2], words[2])
            else:
                state["pending"] = None
            state["running"] = copied(self.copy)
        return text


# The terminal.

def write(text):
    os.write(1, text.replace("\n", "\r\n").encode())


def asked(text):
    """Asks, and waits for an answer that should not come."""
    write(text)
    answer = b""
    while not answer.endswith((b"\n", b"\r")):
        piece = os.read(0, 1)
        if not piece:
            raise Gone
        answer += piece
    with open(path("log"), "a") as log:
        log.write("ANSWERED %r\n" % answer)
    raise Gone


def typed():
    line = b""
    while True:
        try:
            piece = os.read(0, 1)
        except OSError:
            raise Gone
        if not piece:
            raise Gone
        if piece in (b"\r", b"\n"):
            os.write(1, b"\r\n")
            return line.decode(errors="replace").strip()
        line += piece
        os.write(1, piece)


def options():
    with open(path("options.json")) as found:
        OPTIONS.update(json.load(found))


def main():
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(0))
    if os.isatty(0):
        tty.setraw(0)
    alive()
    switch = Junos() if PLATFORM == "junos" else Family()
    write("\n" + {"eos": "Last login: Mon Nov 23 10:00:00 2026\n", "junos": "--- JUNOS 20.4R3.8 built 2021-09-01\n"}.get(PLATFORM, "# Authorised only #\n"))
    while True:
        write(switch.prompt())
        line = typed()
        if not line:
            continue
        with open(path("log"), "a") as log:
            log.write(line + "\n")
        options()
        try:
            if line in OPTIONS.get("ask", {}):
                asked(OPTIONS["ask"][line])
            for part, words in OPTIONS.get("refuse", {}).items():
                if part in line:
                    raise Refused(words)
            if line == OPTIONS.get("silent"):
                time.sleep(3600)
            said = switch.run(line)
        except Refused as refused:
            said = str(refused)
        after = getattr(switch, "after", None)
        if after:
            switch.after = None
            with Store() as state:
                state.update(after)
        alive()
        if said:
            write(said + "\n")


try:
    main()
except Gone:
    pass
finally:
    if PLATFORM == "junos":
        Junos.leave()
