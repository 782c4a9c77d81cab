"""Proxmox VE without a cluster: fakepve (PyPI) on a port of 127.0.0.1, without TLS.

    python double.py PORT SETTINGS.json

With "plain" in the settings it is fakepve as others wrote it. Else it is a double of ours over it, which does what a real
server does and fakepve does not: reasons in the status line and not in the body, tickets in two steps for who has a second
factor and renewed for an old ticket, nodes and guests that are not there, tasks that are ended, backups, migrations, disks
that grow, pools, series, and terminals of containers and nodes.
"""

import asyncio
import json
import re
import signal
import sys
import time
import urllib.parse

from aiohttp import web
from fakepve.model import PveError, TaskError
from fakepve.server import USER, FakePve, error, ok, params


class Double(FakePve):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.factors = {}   # user -> {"code": ..., "kinds": {...}}
        self.challenges = {}
        self.under_way = {}

    # What fakepve answers, as the real server's HTTP says it.

    @web.middleware
    async def _middleware(self, request, handler):
        found = re.match(r'/api2/json/nodes/([^/]+)', request.path)
        try:
            if found and found.group(1) not in self.nodes:
                self._authenticate(request)
                raise PveError(500, "hostname lookup '{0}' failed - failed to get address info for: {0}: "
                                    "Name or service not known".format(found.group(1)))
            answer = await super()._middleware(request, handler)
        except PveError as refused:
            answer = error(refused.status, refused.message, refused.errors)
        except web.HTTPNotFound:
            answer = error(501, "Method '{0} {1}' not implemented".format(request.method, request.path))
        if answer.status < 400 or not isinstance(answer, web.Response):
            return answer
        if answer.status == 401:
            return web.Response(status=401, reason=answer.reason)
        said = json.loads(answer.text) if answer.content_type == 'application/json' else {}
        said.pop('message', None)
        return web.json_response(said, status=answer.status, reason=answer.reason)

    # Signing in.

    async def _ticket(self, request):
        given = await params(request)
        user, password = str(given.get('username', '')), str(given.get('password', ''))
        challenge = given.get('tfa-challenge')
        if challenge is not None:
            factor = self.factors.get(self.challenges.pop(challenge, None))
            keys = (factor or {}).get('keys', [])
            if factor is not None and password.startswith('recovery:') and password[9:] in keys:
                keys.remove(password[9:])
                return self._given(user)
            if factor is None or password != 'totp:' + factor['code']:
                print('wrong code', flush=True)
                raise PveError(401, 'authentication failure')
            return self._given(user)
        session = self.tickets.get(password)
        if session is not None and session['user'] == user and session['expires'] > time.time():
            return self._given(user)
        if not self.check_password(user, password):
            raise PveError(401, 'authentication failure')
        factor = self.factors.get(user)
        if factor is None:
            return self._given(user)
        kinds = urllib.parse.quote(json.dumps(factor['kinds']), safe='')
        challenge = 'PVE:!tfa!{0}:{1:08X}::c2lnbmF0dXJl'.format(kinds, int(time.time()))
        self.challenges[challenge] = user
        print('asks for a code', flush=True)
        return ok({'ticket': challenge, 'username': user, 'NeedTFA': 1, 'CSRFPreventionToken': 'none'})

    def _given(self, user):
        ticket, csrf = self.issue_ticket(user)
        return ok({'ticket': ticket, 'CSRFPreventionToken': csrf, 'username': user, 'cap': {}})

    # Tasks.

    async def task(self, node, ttype, tid, user, body, **more):
        run = {}

        async def stoppable():
            run['body'] = asyncio.ensure_future(body())
            try:
                return await run['body']
            except asyncio.CancelledError:
                raise TaskError('interrupted by signal') from None
        upid = await super().task(node, ttype, tid, user, stoppable, **more)
        self.under_way[upid] = run
        return upid

    async def _stop(self, v, user):
        run = self.under_way.get(v['upid'])
        if run is None:
            raise PveError(500, 'no such task')
        run['body'].cancel()

    # Guests.

    async def _start_missing(self, request):
        """The worker finds out that there is no such guest."""
        node, vmid = request.match_info['node'], request.match_info['vmid']
        if request.match_info['action'] != 'start' or (self.vm(int(vmid)) or request).__dict__.get('node') == node:
            return await self._status_action(request)

        async def missing():
            raise TaskError("Configuration file 'nodes/{0}/qemu-server/{1}.conf' does not exist".format(node, vmid))
        return ok(await self.task(node, 'qmstart', vmid, request[USER], missing))

    async def _migrate(self, v, user):
        vm = self.find(v['node'], v['vmid'])
        if v['target'] not in self.nodes:
            raise PveError(400, 'Parameter verification failed.', {'target': 'no such node'})
        if vm.status == 'running' and not v.get('online'):
            raise PveError(500, "can't migrate running VM without --online")

        async def body():
            for percent in (10, 60, 100):
                await self.pause(1)
                self.tasks[upid[0]]['log'].append('drive-scsi0: transferred ({0}.00%)'.format(percent)) if upid else None
            vm.node = v['target']
        upid = []
        upid.append(await self.task(vm.node, 'qmigrate', vm.vmid, user, body, vm=vm))
        return upid[0]

    async def _movable(self, v, user):
        vm = self.find(v['node'], v['vmid'])
        return {'running': 1 if vm.status == 'running' else 0, 'local_resources': [],
                'allowed_nodes': [name for name in sorted(self.nodes) if name != vm.node],
                'local_disks': [{'volid': value.split(',')[0], 'size': 1} for key, value in vm.config.items()
                                if re.fullmatch(r'scsi\d+', key) and value.startswith('local')]}

    async def _resize(self, v, user):
        vm = self.find(v['node'], v['vmid'])
        if v.get('digest') not in (None, vm.digest()):
            raise PveError(500, 'detected modified configuration - file changed by other user? Try again.')

        async def body():
            value = vm.config.get(v['disk'])
            size = re.search(r'size=(\d+)G', value or '')
            more = re.fullmatch(r'\+(\d+)M', str(v['size']))
            if not (size and more):
                raise TaskError("disk '{0}' does not exist".format(v['disk']))
            grown = int(size.group(1)) + int(more.group(1)) // 1024
            vm.config[v['disk']] = value.replace(size.group(0), 'size={0}G'.format(grown))
        return await self.task(vm.node, 'resize', vm.vmid, user, body, vm=vm)

    async def _back_up(self, v, user):
        vmid = int(v['vmid'])
        guest = self.guest(vmid)
        if guest is None or guest.node != v['node']:
            raise PveError(500, 'unable to find VM {0}'.format(vmid))

        async def body():
            await self.pause(1)
            kind = 'qemu' if guest in self.vms else 'lxc'
            name = 'vzdump-{0}-{1}-{2}.vma.zst'.format(kind, vmid, len(self.tasklog))
            self.store_file(v['storage'], name, 1024 ** 2, 'backup')
            stored = self.storages[v['storage']]['volumes'].pop('backup/' + name)
            stored.update(vmid=vmid, notes=v.get('notes-template', '').replace('{{guestname}}', guest.name))
            stored['protected'] = v.get('protected')
            stored['kept'] = dict(guest.config)
            self.storages[v['storage']]['volumes']['backup/' + name] = stored
            return 'INFO: 100% (1.0 MiB of 1.0 MiB) in 1s'
        return await self.task(v['node'], 'vzdump', vmid, user, body)

    async def _create(self, v, user):
        archive = v.get('archive')
        if not archive:
            return await self._qm_create(v, user)
        storage, _, name = archive.partition(':')
        stored = self.storages.get(storage, {}).get('volumes', {}).get(name)
        if stored is None:
            raise PveError(500, "volume '{0}' does not exist".format(archive))
        vmid, old = int(v['vmid']), self.vm(int(v['vmid']))
        if old is not None and not v.get('force'):
            raise PveError(500, 'unable to restore VM {0} - VM {0} already exists on node {1!r}'.format(vmid, old.node))

        async def body():
            await self.pause(1)
            if old is not None:
                self.vms.remove(old)
            self.add_vm(vmid, stored['kept'].get('name', str(vmid)), node=v['node'], config=stored['kept'],
                        status='running' if v.get('start') else 'stopped')
        return await self.task(v['node'], 'qmrestore', vmid, user, body)

    # Lists.

    async def _resources(self, request):
        answer = await super()._resources(request)
        data = json.loads(answer.text)['data']
        data += [{'id': '/pool/' + name, 'type': 'pool', 'pool': name} for name in sorted(self.pools)]
        return ok(data)

    async def _tasks(self, v, user):
        tasks = [dict(self._task_view(task, True), endtime=task['endtime']) if 'endtime' in task
                 else self._task_view(task, True) for task in self.tasklog]
        return sorted(tasks, key=lambda task: -task['starttime'])

    async def _rrd(self, v, user):
        """A point a minute; nothing was measured in the newest one yet, as RRDtool says it."""
        now = int(time.time()) // 60 * 60
        if 'storage' in v:
            names = ('total', 'used')
        elif 'vmid' in v:
            names = ('cpu', 'maxcpu', 'mem', 'maxmem', 'disk', 'maxdisk', 'netin', 'netout', 'diskread', 'diskwrite')
        else:
            names = ('cpu', 'maxcpu', 'iowait', 'loadavg', 'memused', 'memtotal', 'rootused', 'roottotal', 'netin',
                     'netout', 'swapused', 'swaptotal')
        points = [dict({name: at / 100 for name in names}, time=now - (69 - at) * 60) for at in range(70)]
        return points[:-1] + [{'time': now}]

    # Consoles.

    def _vm(self, request, priv=None):
        """Terminals of containers and nodes are like those of virtual machines."""
        node, vmid = request.match_info['node'], request.match_info.get('vmid')
        if vmid is None:
            self.shells = getattr(self, 'shells', {})
            return self.shells.setdefault(node, type('Shell', (), {'node': node, 'vmid': ''})())
        if '/lxc/' in request.path:
            return self._find_ct(node, vmid)
        return super()._vm(request, priv)

    async def _vncproxy(self, request):
        answer = await super()._vncproxy(request)
        data = json.loads(answer.text)['data']
        data['port'] = int(data['port'])
        return ok(data)

    def _lxc_routes(self, router, node):
        router.add_post(node + '/termproxy', self._termproxy)
        router.add_get(node + '/vncwebsocket', self._vncwebsocket)
        router.add_post(node + '/lxc/{vmid}/termproxy', self._termproxy)
        router.add_get(node + '/lxc/{vmid}/vncwebsocket', self._vncwebsocket)
        router.add_post(node + '/qemu/{vmid}/status/{action}', self._start_missing)
        super()._lxc_routes(router, node)

    def _routes_qemu(self):
        of_guest = '/nodes/{node}/qemu/{vmid}'
        own = [('POST', '/nodes/{node}/qemu', self._create), ('POST', '/nodes/{node}/vzdump', self._back_up),
               ('POST', of_guest + '/migrate', self._migrate), ('GET', of_guest + '/migrate', self._movable),
               ('PUT', of_guest + '/resize', self._resize), ('GET', '/cluster/tasks', self._tasks),
               ('DELETE', '/nodes/{node}/tasks/{upid}', self._stop)]
        series = ['/nodes/{node}', of_guest, of_guest.replace('qemu', 'lxc'), '/nodes/{node}/storage/{storage}']
        own += [('GET', place + '/rrddata', self._rrd) for place in series]
        return own + [route for route in super()._routes_qemu() if route[:2] != ('POST', '/nodes/{node}/qemu')]


def fill(pve, settings):
    pve.time_scale = settings.get('time_scale', 0)
    pve.apitokens.update(settings.get('tokens', {}))
    pve.users.update(settings.get('users', {}))
    pve.ticket_ttl = settings.get('ticket_ttl', pve.ticket_ttl)
    for name in settings.get('nodes', []):
        pve.add_node(name)
    for name in settings.get('offline', []):
        pve.set_node_offline(name)
    for user, path, rights in settings.get('rights', []):
        pve.grant(user, path, *rights)
    for guest in settings.get('guests', []):
        guest = dict(guest)
        kind, later = guest.pop('type', 'qemu'), {}
        for name in ('start_error', 'start_secs', 'shutdown_secs', 'acpi'):
            if name in guest:
                later[name] = guest.pop(name)
        made = (pve.add_ct if kind == 'lxc' else pve.add_vm)(**guest)
        for name, value in later.items():
            setattr(made, name, value)
    # Many, for those who count.
    for number in range(settings.get('many', 0)):
        pve.add_vm(10_000 + number, 'vm-{0}'.format(number), node='pve1')


async def main():
    with open(sys.argv[2]) as file:
        settings = json.load(file)
    pve = (FakePve if settings.get('plain') else Double)(host='127.0.0.1', port=int(sys.argv[1]))
    fill(pve, settings)
    if not settings.get('plain'):
        pve.factors.update(settings.get('factors', {}))
    runner = web.AppRunner(pve._build_app())
    await runner.setup()
    await web.TCPSite(runner, pve.host, pve.port).start()

    def forget():
        pve.revoke_tickets()
        print('forgotten', flush=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, forget)
    await asyncio.Event().wait()


asyncio.run(main())
