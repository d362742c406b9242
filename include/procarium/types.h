// The scalar types that everything shares: fixed widths and the three kinds of address.
#ifndef PROCARIUM_TYPES_H
#define PROCARIUM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

// A 64-bit field as i386 lays it out in a structure: aligned to four bytes.
typedef u64 u64_i386 __attribute__((aligned(4)));

typedef u32 kaddr; // kernel virtual address: 0xC0000000 + physical; 0 is NULL
typedef u32 uaddr; // user virtual address
typedef u32 pfn;   // page frame number: physical address / 4096

#define KERNEL_BASE 0xC0000000u // PAGE_OFFSET: where the direct map begins
#define PAGE_SHIFT  12
#define PAGE_SIZE   4096u

#endif
