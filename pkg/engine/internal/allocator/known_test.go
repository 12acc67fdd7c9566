package allocator

import "testing"

func TestShapeOf(t *testing.T) {
	for _, c := range []struct {
		name string
		want *Shape
	}{
		{"malloc", &shapeMalloc},
		{"dlmalloc", &shapeMalloc},
		{"free", &shapeFree},
		{"emscripten_builtin_free", &shapeFree},
		{"posix_memalign", &shapeMemalign},
		{"aligned_alloc", &shapeAlignSize},
		{"operator new(unsigned long)", &shapeSizeAlign},
		{"operator new[](unsigned long, std::align_val_t)", &shapeSizeAlign},
		{"_Znwm", &shapeSizeAlign},
		{"_ZnamRKSt9nothrow_t", &shapeSizeAlign},
		{"operator delete(void*, unsigned long)", &shapeFreeSized},
		{"operator delete[](void*)", &shapeFreeSized},
		{"_ZdlPvm", &shapeFreeSized},
		{"__rust_alloc", &shapeSizeAlign},
		{"__rustc::__rust_dealloc", &shapeFreeSized},
		{"__rustc[5224e6b81cd82a8f]::__rust_realloc", &shapeRustRealloc},
		{"_RNvCsgP9J6RzuS1c_7___rustc12___rust_alloc", &shapeSizeAlign},
		{"cabi_realloc", &shapeRustRealloc},
		{"__wbindgen_realloc", &shapeBindgenResize},
		{"pool::malloc(int)", nil},
		{"malloc_usable_size", nil},
		{"operator new_handler", nil},
		{"freeaddrinfo", nil},
		{"", nil},
	} {
		got, ok := shapeOf(c.name)
		if ok != (c.want != nil) || ok && got != *c.want {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
}

func TestDemangle(t *testing.T) {
	for name, want := range map[string]string{
		"_ZN3foo3barEi":                "foo::bar(int)",
		"main":                         "main",
		"_Z":                           "_Z",
		"_RNvCs15kBYyAo9fc_4core4main": "core::main",
	} {
		if got := Demangle(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
