// Package allocator finds the functions of a guest by which it allocates and frees
// memory: by their names, mangled or not, by its exports, by names from the user, or by
// the shape of dlmalloc's code.
package allocator
