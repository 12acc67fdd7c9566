package wasi

// argsGet: args_get(argv, argv_buf).
func argsGet(s *System, m memory, p []uint64) Errno {
	return s.args.get(m, uint32(p[0]), uint32(p[1]))
}

// argsSizesGet: args_sizes_get(argc, argv_buf_size).
func argsSizesGet(s *System, m memory, p []uint64) Errno {
	return s.args.sizes(m, uint32(p[0]), uint32(p[1]))
}

// environGet: environ_get(environ, environ_buf).
func environGet(s *System, m memory, p []uint64) Errno {
	return s.environ.get(m, uint32(p[0]), uint32(p[1]))
}

// environSizesGet: environ_sizes_get(environc, environ_buf_size).
func environSizesGet(s *System, m memory, p []uint64) Errno {
	return s.environ.sizes(m, uint32(p[0]), uint32(p[1]))
}
