package wasi

// handler implements a function. It returns the function's result.
type handler func(c *call) Errno

// row describes a WASI function. The table of rows is the only list of them:
// registration, traces, documentation and tests all read it.
type row struct {
	name    string
	params  []param
	handler handler
	// unstable is the handler under wasi_unstable if that differs.
	unstable handler
	wait     Wait
}

// Parameters have the names of the preview1 documents.
var table = [...]row{
	{"args_get", []param{{"argv", kindPtr}, {"argv_buf", kindPtr}}, argsGet, nil, WaitNone},
	{"args_sizes_get", []param{{"argc", kindOut32}, {"argv_buf_size", kindOut32}}, argsSizesGet, nil, WaitNone},
	{"environ_get", []param{{"environ", kindPtr}, {"environ_buf", kindPtr}}, environGet, nil, WaitNone},
	{"environ_sizes_get", []param{{"environc", kindOut32}, {"environ_buf_size", kindOut32}}, environSizesGet, nil, WaitNone},
	{"clock_res_get", []param{{"id", kindClockID}, {"resolution", kindOut64}}, clockResGet, nil, WaitNone},
	{"clock_time_get", []param{{"id", kindClockID}, {"precision", kindU64}, {"time", kindOut64}}, clockTimeGet, nil, WaitNone},
	{"fd_advise", []param{{"fd", kindFD}, {"offset", kindU64}, {"len", kindU64}, {"advice", kindAdvice}}, fdAdvise, nil, WaitStorage},
	{"fd_allocate", []param{{"fd", kindFD}, {"offset", kindU64}, {"len", kindU64}}, fdAllocate, nil, WaitLength},
	{"fd_close", []param{{"fd", kindFD}}, fdClose, nil, WaitStorage},
	{"fd_datasync", []param{{"fd", kindFD}}, fdDatasync, nil, WaitStorage},
	{"fd_fdstat_get", []param{{"fd", kindFD}, {"stat", kindFdstat}}, fdFdstatGet, nil, WaitNone},
	{"fd_fdstat_set_flags", []param{{"fd", kindFD}, {"flags", kindFdflags}}, fdFdstatSetFlags, nil, WaitStorage},
	{"fd_fdstat_set_rights", []param{
		{"fd", kindFD}, {"base", kindRights}, {"inheriting", kindRights},
	}, fdFdstatSetRights, nil, WaitNone},
	{"fd_filestat_get", []param{{"fd", kindFD}, {"filestat", kindFilestat}}, fdFilestatGet, fdFilestatGetUnstable, WaitStorage},
	{"fd_filestat_set_size", []param{{"fd", kindFD}, {"size", kindU64}}, fdFilestatSetSize, nil, WaitStorage},
	{"fd_filestat_set_times", []param{
		{"fd", kindFD}, {"atim", kindU64}, {"mtim", kindU64}, {"fst_flags", kindFstflags},
	}, fdFilestatSetTimes, nil, WaitStorage},
	{"fd_pread", []param{
		{"fd", kindFD}, {"iovs", kindOutIovs}, {"offset", kindU64}, {"nread", kindOut32},
	}, fdPread, nil, WaitLength},
	{"fd_prestat_get", []param{{"fd", kindFD}, {"prestat", kindPrestat}}, fdPrestatGet, nil, WaitNone},
	{"fd_prestat_dir_name", []param{{"fd", kindFD}, {"path", kindOutPath}}, fdPrestatDirName, nil, WaitNone},
	{"fd_pwrite", []param{
		{"fd", kindFD}, {"iovs", kindIovs}, {"offset", kindU64}, {"nwritten", kindOut32},
	}, fdPwrite, nil, WaitLength},
	{"fd_read", []param{{"fd", kindFD}, {"iovs", kindOutIovs}, {"nread", kindOut32}}, fdRead, nil, WaitEvent},
	{"fd_readdir", []param{
		{"fd", kindFD}, {"buf", kindPtr}, {"buf_len", kindU32}, {"cookie", kindU64}, {"bufused", kindOut32},
	}, fdReaddir, nil, WaitLength},
	{"fd_renumber", []param{{"fd", kindFD}, {"to", kindFD}}, fdRenumber, nil, WaitStorage},
	{"fd_seek", []param{
		{"fd", kindFD}, {"offset", kindS64}, {"whence", kindWhence}, {"newoffset", kindOut64},
	}, fdSeek, fdSeekUnstable, WaitStorage},
	{"fd_sync", []param{{"fd", kindFD}}, fdSync, nil, WaitStorage},
	{"fd_tell", []param{{"fd", kindFD}, {"offset", kindOut64}}, fdTell, nil, WaitNone},
	{"fd_write", []param{{"fd", kindFD}, {"iovs", kindIovs}, {"nwritten", kindOut32}}, fdWrite, nil, WaitEvent},
	{"path_create_directory", []param{{"fd", kindFD}, {"path", kindPath}}, pathCreateDirectory, nil, WaitStorage},
	{"path_filestat_get", []param{
		{"fd", kindFD}, {"flags", kindLookupflags}, {"path", kindPath}, {"filestat", kindFilestat},
	}, pathFilestatGet, pathFilestatGetUnstable, WaitStorage},
	{"path_filestat_set_times", []param{
		{"fd", kindFD}, {"flags", kindLookupflags}, {"path", kindPath}, {"atim", kindU64}, {"mtim", kindU64},
		{"fst_flags", kindFstflags},
	}, pathFilestatSetTimes, nil, WaitStorage},
	{"path_link", []param{
		{"old_fd", kindFD}, {"old_flags", kindLookupflags}, {"old_path", kindPath}, {"new_fd", kindFD},
		{"new_path", kindPath},
	}, pathLink, nil, WaitStorage},
	{"path_open", []param{
		{"fd", kindFD}, {"dirflags", kindLookupflags}, {"path", kindPath}, {"oflags", kindOflags},
		{"base", kindRights}, {"inheriting", kindRights}, {"fdflags", kindFdflags}, {"opened_fd", kindOut32},
	}, pathOpen, nil, WaitEvent},
	{"path_readlink", []param{
		{"fd", kindFD}, {"path", kindPath}, {"buf", kindOutPath}, {"bufused", kindOut32},
	}, pathReadlink, nil, WaitStorage},
	{"path_remove_directory", []param{{"fd", kindFD}, {"path", kindPath}}, pathRemoveDirectory, nil, WaitStorage},
	{"path_rename", []param{
		{"fd", kindFD}, {"old_path", kindPath}, {"new_fd", kindFD}, {"new_path", kindPath},
	}, pathRename, nil, WaitStorage},
	{"path_symlink", []param{{"old_path", kindPath}, {"fd", kindFD}, {"new_path", kindPath}}, pathSymlink, nil, WaitStorage},
	{"path_unlink_file", []param{{"fd", kindFD}, {"path", kindPath}}, pathUnlinkFile, nil, WaitStorage},
	{"poll_oneoff", []param{
		{"in", kindPtr}, {"out", kindPtr}, {"nsubscriptions", kindU32}, {"nevents", kindOut32},
	}, pollOneoff, pollOneoffUnstable, WaitEvent},
	{"proc_exit", []param{{"rval", kindU32}}, procExit, nil, WaitNone},
	{"proc_raise", []param{{"sig", kindSignal}}, procRaise, nil, WaitNone},
	{"random_get", []param{{"buf", kindPtr}, {"buf_len", kindU32}}, randomGet, nil, WaitLength},
	{"sched_yield", nil, schedYield, nil, WaitNone},
	{"sock_accept", []param{{"fd", kindFD}, {"flags", kindFdflags}, {"opened_fd", kindOut32}}, sockAccept, nil, WaitEvent},
	{"sock_recv", []param{
		{"fd", kindFD}, {"ri_data", kindOutIovs}, {"ri_flags", kindRiflags}, {"ro_datalen", kindOut32},
		{"ro_flags", kindPtr},
	}, sockRecv, nil, WaitEvent},
	{"sock_send", []param{
		{"fd", kindFD}, {"si_data", kindIovs}, {"si_flags", kindU32}, {"so_datalen", kindOut32},
	}, sockSend, nil, WaitEvent},
	{"sock_shutdown", []param{{"fd", kindFD}, {"how", kindSdflags}}, sockShutdown, nil, WaitNone},
}
