// SPDX-License-Identifier: GPL-2.0-only
/* vcpu_time_info: in vcpu_info, and in an area that a guest registers. */
#include "state.h"

/**
 * kx_time_area_register() - VCPUOP_register_vcpu_time_memory_area
 * @caller: the calling vCPU
 * @v: the vCPU whose time is wanted
 * @gva: where, in the caller's address space; 0: nowhere any more
 *
 * Context: vCPU thread, may sleep; takes &kx_domain.lock.
 * Return: 0, -EFAULT, -ENOMEM.
 */
int kx_time_area_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gva)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	struct kx_area area = {}, old;
	int r = 0;

	mutex_lock(&v->d->lock);
	if (gva)
		r = kx_area_pin(caller, &area, gva,
				sizeof(struct pvclock_vcpu_time_info));
	if (!r) {
		raw_spin_lock_irq(&sv->lock);
		old = sv->time_area;
		sv->time_area = area;
		raw_spin_unlock_irq(&sv->lock);
		kx_area_unpin(v->d, &old);
		kx_clock_republish(v);
	}
	mutex_unlock(&v->d->lock);
	return r;
}

/*
 * The guest may read at any moment on any vCPU: an odd version while the
 * fields change. Stores of 32 bits, since a 32-bit vcpu_info is aligned to 4.
 */
static void time_write(u32 *to, const struct pvclock_vcpu_time_info *src)
{
	const u32 *from = (const u32 *)src;
	u32 version = (READ_ONCE(to[0]) | 1) + 2;
	unsigned int i;

	WRITE_ONCE(to[0], version);
	smp_wmb();	/* odd version before the fields; pairs with the guest */
	for (i = 1; i < sizeof(*src) / sizeof(u32); i++)
		WRITE_ONCE(to[i], from[i]);
	smp_wmb();	/* fields before the even version */
	WRITE_ONCE(to[0], version + 1);
}

static void time_write_area(struct kx_area *area, u32 version,
			    const struct pvclock_vcpu_time_info *src)
{
	const u32 body = sizeof(u32);

	kx_area_write(area, 0, &version, sizeof(version));
	smp_wmb();	/* odd version before the fields; pairs with the guest */
	kx_area_write(area, body, (const void *)src + body, sizeof(*src) - body);
	smp_wmb();	/* fields before the even version */
	version++;
	kx_area_write(area, 0, &version, sizeof(version));
}

/**
 * kx_time_publish() - write a vCPU's clock where its guest reads it
 * @v: vCPU
 * @src: the parameters; its version counts the calls
 *
 * Context: any but NMI.
 */
void kx_time_publish(struct kx_vcpu *v,
		     const struct pvclock_vcpu_time_info *src)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	unsigned long flags;

	raw_spin_lock_irqsave(&sv->lock, flags);
	sv->time = *src;
	rcu_read_lock();
	time_write(kx_vcpu_info(v) + KX_VI_TIME, src);
	rcu_read_unlock();
	if (sv->time_area.bytes)
		time_write_area(&sv->time_area, 2 * src->version + 1, src);
	raw_spin_unlock_irqrestore(&sv->lock, flags);
}

/**
 * kx_time_renew() - vcpu_info has moved: write its clock again
 * @v: vCPU
 *
 * Moving copies bytes while @v may publish: what arrived there can be a mixture
 * of two clocks.
 *
 * Context: any but NMI.
 */
void kx_time_renew(struct kx_vcpu *v)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	unsigned long flags;

	raw_spin_lock_irqsave(&sv->lock, flags);
	rcu_read_lock();
	if (sv->time.version)
		time_write(kx_vcpu_info(v) + KX_VI_TIME, &sv->time);
	rcu_read_unlock();
	raw_spin_unlock_irqrestore(&sv->lock, flags);
}
