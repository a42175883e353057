// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state behind HVMOP_set_param and HVMOP_get_param. Which values are
 * valid and who may touch them follows Xen 4.17; public/hvm/params.h has the
 * meaning of each.
 *
 * All state is under &kx_domain.lock.
 */
#include "hvm_params.h"

/* sizes of the virtual-8086 TSS that Xen knows: structure, with all bitmaps */
#define TSS_BYTES	104
#define TSS_MAX_BYTES	(TSS_BYTES + 0x100 / 8 + 0x10000 / 8 + 1)
/* what firmware means that sets the address alone */
#define TSS_OLD_BYTES	128

/**
 * struct kx_hvm - a domain's parameters
 * @value: by HVM_PARAM_*
 */
struct kx_hvm {
	u64 value[KX_NR_PARAMS];
};

/* the guest's own rights; all that is not listed is the toolstack's alone */
enum {
	MAY_GET		= 1,
	MAY_SET		= 2,
	OBSOLETE	= 4,
};

static const u8 rights[KX_NR_PARAMS] = {
	[HVM_PARAM_CALLBACK_IRQ]		= MAY_GET | MAY_SET,
	[HVM_PARAM_STORE_PFN]			= MAY_GET,
	[HVM_PARAM_STORE_EVTCHN]		= MAY_GET | MAY_SET,
	[HVM_PARAM_PAE_ENABLED]			= OBSOLETE,
	[HVM_PARAM_DM_DOMAIN]			= OBSOLETE,
	[HVM_PARAM_VM86_TSS]			= MAY_GET | MAY_SET,
	[HVM_PARAM_CONSOLE_PFN]			= MAY_GET,
	[HVM_PARAM_CONSOLE_EVTCHN]		= MAY_GET | MAY_SET,
	[KX_PARAM_ACPI_IOPORTS_LOCATION]	= MAY_GET | MAY_SET,
	[KX_PARAM_MEMORY_EVENT_CR0]		= OBSOLETE,
	[KX_PARAM_MEMORY_EVENT_CR3]		= OBSOLETE,
	[KX_PARAM_MEMORY_EVENT_CR4]		= OBSOLETE,
	[KX_PARAM_MEMORY_EVENT_INT3]		= OBSOLETE,
	[KX_PARAM_NESTEDHVM]			= OBSOLETE,
	[KX_PARAM_MEMORY_EVENT_SINGLE_STEP]	= OBSOLETE,
	[KX_PARAM_BUFIOREQ_EVTCHN]		= OBSOLETE,
	[KX_PARAM_MEMORY_EVENT_MSR]		= OBSOLETE,
	[KX_PARAM_VM_GENERATION_ID_ADDR]	= MAY_GET | MAY_SET,
	[KX_PARAM_ALTP2M]			= MAY_GET,
	[KX_PARAM_X87_FIP_WIDTH]		= MAY_GET | MAY_SET,
	[KX_PARAM_VM86_TSS_SIZED]		= MAY_GET | MAY_SET,
};

static int may(u32 index, u8 what)
{
	u8 right;

	if (index >= KX_NR_PARAMS)
		return -EINVAL;
	right = rights[array_index_nospec(index, KX_NR_PARAMS)];
	if (right & OBSOLETE)
		return -EINVAL;
	return right & what ? 0 : -EPERM;
}

/**
 * kx_hvm_param_may_set() - whether a guest may set a parameter of its own
 * @index: HVM_PARAM_*, guest-controlled
 *
 * Context: any.
 * Return: 0, -EINVAL (no such, or deprecated), -EPERM (the toolstack's).
 */
int kx_hvm_param_may_set(u32 index)
{
	return may(index, MAY_SET);
}

/**
 * kx_hvm_param_may_get() - whether a guest may read a parameter of its own
 * @index: HVM_PARAM_*, guest-controlled
 *
 * Context: any.
 * Return: 0, -EINVAL (no such, or deprecated), -EPERM (the toolstack's).
 */
int kx_hvm_param_may_get(u32 index)
{
	return may(index, MAY_GET);
}

/**
 * kx_hvm_init() - give a new domain its parameters, all 0
 * @d: domain, not yet published
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kx_hvm_init(struct kx_domain *d)
{
	d->hvm = kzalloc(sizeof(*d->hvm), GFP_KERNEL_ACCOUNT);
	return d->hvm ? 0 : -ENOMEM;
}

/**
 * kx_hvm_reset() - all parameters 0, no callback
 * @d: domain; no vCPU runs
 *
 * Whoever made the store and the console sets theirs again.
 *
 * Context: &kx_domain.lock held.
 */
void kx_hvm_reset(struct kx_domain *d)
{
	lockdep_assert_held(&d->lock);
	memset(d->hvm, 0, sizeof(*d->hvm));
	WRITE_ONCE(d->callback_via, 0);
	WRITE_ONCE(d->callback_vector, 0);
}

/**
 * kx_hvm_destroy() - the last step
 * @d: domain that nobody can reach; never initialised is no error
 *
 * Context: any.
 */
void kx_hvm_destroy(struct kx_domain *d)
{
	kfree(d->hvm);
	d->hvm = NULL;
}

/*
 * Type 2 is a vector; a GSI and a PCI INTx line are kept but not driven yet.
 * Type 0 with value 0, and any other type: no callback.
 */
static void set_callback(struct kx_domain *d, u64 via)
{
	u8 type = via >> KX_CALLBACK_TYPE_SHIFT, vector = 0;

	if (type == HVM_PARAM_CALLBACK_TYPE_VECTOR)
		vector = via;
	WRITE_ONCE(d->callback_via, via);
	WRITE_ONCE(d->callback_vector, vector);
}

/* the size of the TSS is the upper half; too big is cut, too small is refused */
static int check_tss(u64 *value)
{
	u32 size = *value >> 32;

	if (size < TSS_BYTES)
		return -ERANGE;
	size = min_t(u32, size, TSS_MAX_BYTES);
	*value = (u64)size << 32 | (u32)*value;
	return 0;
}

/* may change @value to what is kept, and @index to where */
static int check_value(struct kx_domain *d, u32 *index, u64 *value)
{
	switch (*index) {
	case HVM_PARAM_TIMER_MODE:
		return *value > HVMPTM_one_missed_tick_pending ? -EINVAL : 0;
	case KX_PARAM_ACPI_IOPORTS_LOCATION:
		/* layout 0 or 1; the ports themselves are the VMM's */
		return *value > 1 ? -EINVAL : 0;
	case KX_PARAM_X87_FIP_WIDTH:
		return *value && *value != 4 && *value != 8 ? -EINVAL : 0;
	case HVM_PARAM_VM86_TSS:
		if (*value != (u32)*value)
			return -ERANGE;
		if (*value)
			*value |= (u64)TSS_OLD_BYTES << 32;
		*index = KX_PARAM_VM86_TSS_SIZED;
		return 0;
	case KX_PARAM_VM86_TSS_SIZED:
		return check_tss(value);
	case HVM_PARAM_CALLBACK_IRQ:
		set_callback(d, *value);
		return 0;
	default:
		return 0;
	}
}

/**
 * kx_hvm_param_set() - set a parameter, whoever may do so
 * @d: domain
 * @index: HVM_PARAM_*
 * @value: new value
 *
 * HVM_PARAM_CALLBACK_IRQ takes effect as &kx_domain.callback_vector; to latch
 * the width and to wake the vCPUs is the caller's part.
 *
 * Context: &kx_domain.lock held.
 * Return: 0, -EINVAL (no such parameter, bad value), -ERANGE (address or size
 * of a TSS for which Xen crashes the guest that sets it).
 */
int kx_hvm_param_set(struct kx_domain *d, u32 index, u64 value)
{
	int r;

	lockdep_assert_held(&d->lock);
	if (index >= KX_NR_PARAMS)
		return -EINVAL;
	r = check_value(d, &index, &value);
	if (r)
		return r;
	d->hvm->value[array_index_nospec(index, KX_NR_PARAMS)] = value;
	return 0;
}

/**
 * kx_hvm_param_get() - read a parameter, whoever may do so
 * @d: domain
 * @index: HVM_PARAM_*
 * @value: result
 *
 * Context: &kx_domain.lock held.
 * Return: 0, or -EINVAL (no such parameter).
 */
int kx_hvm_param_get(struct kx_domain *d, u32 index, u64 *value)
{
	lockdep_assert_held(&d->lock);
	if (index >= KX_NR_PARAMS)
		return -EINVAL;
	if (index == HVM_PARAM_VM86_TSS) {
		*value = (u32)d->hvm->value[KX_PARAM_VM86_TSS_SIZED];
		return 0;
	}
	*value = d->hvm->value[array_index_nospec(index, KX_NR_PARAMS)];
	return 0;
}
