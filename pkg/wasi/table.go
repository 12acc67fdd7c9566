package wasi

import (
	"context"

	"github.com/tetratelabs/wazero/api"
)

// The names of the host modules. wasi_unstable is the phase before preview1,
// and an ABI of its own: see [Modules].
const (
	ModulePreview1 = "wasi_snapshot_preview1"
	ModuleUnstable = "wasi_unstable"
)

// HostModule is a module for a runtime to define.
type HostModule struct {
	Name      string
	Functions []Function
}

// Function is one function of a host module. Call finds the guest's System in
// its context (see [WithSystem]) and panics with a *sys.ExitError where the
// guest ends.
type Function struct {
	Name            string
	ParamNames      []string
	Params, Results []api.ValueType
	Call            api.GoModuleFunction
}

// handler is the behaviour of a function: p are its parameters.
type handler func(s *System, m memory, p []uint64) Errno

// row is a function of WASI. The table of rows is the only list of them.
type row struct {
	name string
	// params are "name:type" by the preview1 documents; the type says what to
	// make of the value, and so its value type.
	params string
	call   handler
	// unstable is the behaviour under wasi_unstable, where it differs.
	unstable handler
}

// Modules returns preview1 and, with the same functions but for sock_accept,
// wasi_unstable. The latter differs in fd_seek's whence, in the layouts of
// filestat and of poll_oneoff's subscription.
func Modules() []HostModule {
	modules := []HostModule{{Name: ModulePreview1}, {Name: ModuleUnstable}}
	for i := range modules {
		m := &modules[i]
		for j := range table {
			if f, ok := table[j].in(m.Name); ok {
				m.Functions = append(m.Functions, f)
			}
		}
	}
	return modules
}

// Find returns one function of one of the [Modules], without making the others.
func Find(module, name string) (Function, bool) {
	for i := range table {
		if table[i].name == name {
			return table[i].in(module)
		}
	}
	return Function{}, false
}

// in is the row's function as a module has it.
func (r *row) in(module string) (Function, bool) {
	switch {
	case module == ModulePreview1:
		return r.function(r.call, false), true
	case module != ModuleUnstable, r.name == "sock_accept": // which came with preview1
		return Function{}, false
	case r.unstable != nil:
		return r.function(r.unstable, true), true
	}
	return r.function(r.call, true), true
}

func (r *row) function(call handler, unstable bool) Function {
	names, types := r.signature()
	f := Function{Name: r.name, ParamNames: names, Params: types}
	if r.name != "proc_exit" {
		f.Results = []api.ValueType{api.ValueTypeI32}
	}
	f.Call = &dispatcher{r, call, unstable}
	return f
}

// dispatcher is what every call passes through.
type dispatcher struct {
	row      *row
	call     handler
	unstable bool
}

// Call implements wazero's GoModuleFunction.
func (d *dispatcher) Call(ctx context.Context, mod api.Module, stack []uint64) {
	c := systemContextOf(ctx)
	if c == nil || c.system.closed {
		panic("wasi: the guest was called without an open System in its context")
	}
	c.exitIfDone()
	s := c.system
	s.ctx = ctx
	m := s.memory.of(mod)
	var errno Errno
	if s.trace != nil && s.trace.wants(d.row.name) {
		errno = s.traced(d.row, d.unstable, d.call, m, stack)
	} else {
		errno = d.call(s, m, stack)
	}
	if len(stack) > 0 { // sched_yield's stack holds its result, proc_exit's none
		stack[0] = uint64(errno)
	}
}

var table = []row{
	{name: "args_get", params: "argv:ptr argv_buf:ptr", call: argsGet},
	{name: "args_sizes_get", params: "argc:out32 argv_buf_size:out32", call: argsSizesGet},
	{name: "environ_get", params: "environ:ptr environ_buf:ptr", call: environGet},
	{name: "environ_sizes_get", params: "environc:out32 environ_buf_size:out32", call: environSizesGet},
	{name: "clock_res_get", params: "id:clockid resolution:out64", call: clockResGet},
	{name: "clock_time_get", params: "id:clockid precision:u64 time:out64", call: clockTimeGet},
	{name: "fd_advise", params: "fd:fd offset:u64 len:u64 advice:advice", call: fdAdvise},
	{name: "fd_allocate", params: "fd:fd offset:u64 len:u64", call: fdAllocate},
	{name: "fd_close", params: "fd:fd", call: fdClose},
	{name: "fd_datasync", params: "fd:fd", call: fdDatasync},
	{name: "fd_fdstat_get", params: "fd:fd stat:fdstat", call: fdFdstatGet},
	{name: "fd_fdstat_set_flags", params: "fd:fd flags:fdflags", call: fdFdstatSetFlags},
	{name: "fd_fdstat_set_rights", params: "fd:fd base:rights inheriting:rights", call: fdFdstatSetRights},
	{name: "fd_filestat_get", params: "fd:fd filestat:filestat", call: fdFilestatGet, unstable: fdFilestatGetUnstable},
	{name: "fd_filestat_set_size", params: "fd:fd size:u64", call: fdFilestatSetSize},
	{name: "fd_filestat_set_times", params: "fd:fd atim:u64 mtim:u64 fst_flags:fstflags", call: fdFilestatSetTimes},
	{name: "fd_pread", params: "fd:fd iovs:iovsout offset:u64 nread:out32", call: fdPread},
	{name: "fd_prestat_get", params: "fd:fd prestat:prestat", call: fdPrestatGet},
	{name: "fd_prestat_dir_name", params: "fd:fd path:outpath", call: fdPrestatDirName},
	{name: "fd_pwrite", params: "fd:fd iovs:iovs offset:u64 nwritten:out32", call: fdPwrite},
	{name: "fd_read", params: "fd:fd iovs:iovsout nread:out32", call: fdRead},
	{name: "fd_readdir", params: "fd:fd buf:ptr buf_len:u32 cookie:u64 bufused:out32", call: fdReaddir},
	{name: "fd_renumber", params: "fd:fd to:fd", call: fdRenumber},
	{name: "fd_seek", params: "fd:fd offset:s64 whence:whence newoffset:out64", call: fdSeek, unstable: fdSeekUnstable},
	{name: "fd_sync", params: "fd:fd", call: fdSync},
	{name: "fd_tell", params: "fd:fd offset:out64", call: fdTell},
	{name: "fd_write", params: "fd:fd iovs:iovs nwritten:out32", call: fdWrite},
	{name: "path_create_directory", params: "fd:fd path:path", call: pathCreateDirectory},
	{name: "path_filestat_get", params: "fd:fd flags:lookupflags path:path filestat:filestat", call: pathFilestatGet, unstable: pathFilestatGetUnstable},
	{name: "path_filestat_set_times", params: "fd:fd flags:lookupflags path:path atim:u64 mtim:u64 fst_flags:fstflags", call: pathFilestatSetTimes},
	{name: "path_link", params: "old_fd:fd old_flags:lookupflags old_path:path new_fd:fd new_path:path", call: pathLink},
	{name: "path_open", params: "fd:fd dirflags:lookupflags path:path oflags:oflags base:rights inheriting:rights fdflags:fdflags opened_fd:out32", call: pathOpen},
	{name: "path_readlink", params: "fd:fd path:path buf:outpath bufused:out32", call: pathReadlink},
	{name: "path_remove_directory", params: "fd:fd path:path", call: pathRemoveDirectory},
	{name: "path_rename", params: "fd:fd old_path:path new_fd:fd new_path:path", call: pathRename},
	{name: "path_symlink", params: "old_path:path fd:fd new_path:path", call: pathSymlink},
	{name: "path_unlink_file", params: "fd:fd path:path", call: pathUnlinkFile},
	{name: "poll_oneoff", params: "in:ptr out:ptr nsubscriptions:u32 nevents:out32", call: pollOneoff, unstable: pollOneoffUnstable},
	{name: "proc_exit", params: "rval:u32", call: procExit},
	{name: "proc_raise", params: "sig:signal", call: procRaise},
	{name: "random_get", params: "buf:ptr buf_len:u32", call: randomGet},
	{name: "sched_yield", params: "", call: schedYield},
	{name: "sock_accept", params: "fd:fd flags:fdflags opened_fd:out32", call: sockAccept},
	{name: "sock_recv", params: "fd:fd ri_data:iovsout ri_flags:riflags ro_datalen:out32 ro_flags:ptr", call: sockRecv},
	{name: "sock_send", params: "fd:fd si_data:iovs si_flags:u32 so_datalen:out32", call: sockSend},
	{name: "sock_shutdown", params: "fd:fd how:sdflags", call: sockShutdown},
}
