// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls into vCPUs: requests and kicks from any context, and the answers to
 * KVM's questions whether an interrupt is there and which.
 *
 * The guest can clear evtchn_upcall_pending between two of those questions,
 * so the vector is latched when the first is answered. The latch belongs to
 * the vCPU's own thread.
 */
#include "kvm_seam.h"
#include "../shinfo/shinfo.h"

void kx_vcpu_kick(struct kx_vcpu *v)
{
	kvm_make_request(KVM_REQ_EVENT, v->kvcpu);
	kvm_vcpu_kick(v->kvcpu);
}

void kx_vcpu_unhalt(struct kx_vcpu *v)
{
	WRITE_ONCE(v->kvcpu->arch.pv.pv_unhalted, true);
	kx_vcpu_kick(v);
}

void kx_vcpu_forget_unhalt(struct kx_vcpu *v)
{
	WRITE_ONCE(v->kvcpu->arch.pv.pv_unhalted, false);
}

bool kx_vcpu_is_current(struct kx_vcpu *v)
{
	return kvm_get_running_vcpu() == v->kvcpu;
}

bool kx_vcpu_is_up(struct kx_vcpu *v)
{
	int mp_state = READ_ONCE(v->kvcpu->arch.mp_state);

	if (!kx_vcpu_ran(v))
		return false;
	return mp_state == KVM_MP_STATE_RUNNABLE ||
	       (mp_state == KVM_MP_STATE_HALTED && READ_ONCE(v->active));
}

void kx_vcpu_yield(struct kx_vcpu *v)
{
	kvm_vcpu_on_spin(v->kvcpu, true);
}

bool kx_vcpu_interrupts_on(struct kx_vcpu *v)
{
	return kvm_get_rflags(v->kvcpu) & X86_EFLAGS_IF;
}

void kx_synchronize(void)
{
	synchronize_rcu();
}

/* the vector that waits for a vCPU, or -1; inside RCU */
static int pending_vector(struct kx_vcpu *v)
{
	u8 vector = READ_ONCE(v->d->callback_vector);

	return vector && kx_upcall_pending(v) ? vector : -1;
}

/*
 * kvm_cpu_has_injectable_intr(): on every way in with a request, therefore
 * also where clock and runstate catch up. Asked once more right after a
 * vector was taken; the guest has had no chance to clear the pending byte
 * then, and an interrupt window for nothing costs an exit.
 */
static bool has_injectable(struct kx_vcpu *v)
{
	if (v->just_injected) {
		v->just_injected = false;
		return false;
	}
	kx_clock_enter(v);
	kx_runstate_change(v, RUNSTATE_running, kx_guest_time_ns(v));

	rcu_read_lock();
	v->latched = pending_vector(v);
	rcu_read_unlock();
	return v->latched >= 0;
}

struct kx_verdict kx_on_has_injectable(struct kvm_vcpu *kvcpu)
{
	struct kx_verdict verdict = KX_PASS;
	struct kx_dom *dom;
	struct kx_vcpu *v;
	int idx;

	kx_hook_fired(KX_HOOK_HAS_INJECTABLE);
	dom = kx_dom_enter(kvcpu->kvm, &idx);
	if (!dom)
		return verdict;
	v = kx_vcpu_of(dom, kvcpu);
	if (v && has_injectable(v))
		verdict = KX_TAKE(1);
	kx_dom_leave(dom, idx);
	return verdict;
}

/* kvm_cpu_has_interrupt(): may be asked in TASK_INTERRUPTIBLE */
struct kx_verdict kx_on_has_interrupt(struct kvm_vcpu *kvcpu)
{
	struct kx_verdict verdict = KX_PASS;
	struct kx_vcpu *v;

	kx_hook_fired(KX_HOOK_HAS_INTERRUPT);
	rcu_read_lock();
	v = kx_vcpu_find(kvcpu);
	if (v && pending_vector(v) >= 0)
		verdict = KX_TAKE(1);
	rcu_read_unlock();
	return verdict;
}

/*
 * kvm_cpu_get_interrupt(), kvm_cpu_get_extint(). Guest memory is not read, but
 * for one case: nested VMX acknowledges the interrupt for its exit to the
 * outer guest when only kvm_cpu_has_interrupt() was asked.
 */
struct kx_verdict kx_on_get_interrupt(struct kvm_vcpu *kvcpu)
{
	bool nested = kvcpu->arch.hflags & HF_GUEST_MASK;
	struct kx_verdict verdict = KX_PASS;
	struct kx_vcpu *v;

	kx_hook_fired(KX_HOOK_GET_INTERRUPT);
	rcu_read_lock();
	v = kx_vcpu_find(kvcpu);
	if (v && v->latched < 0 && nested)
		v->latched = pending_vector(v);
	if (v && v->latched >= 0) {
		verdict = KX_TAKE(v->latched);
		v->latched = -1;
		v->just_injected = !nested;
		WRITE_ONCE(v->upcalls, v->upcalls + 1);
	}
	rcu_read_unlock();
	return verdict;
}

/*
 * Runstate. Putting runs under the run-queue lock. A vCPU whose thread is in
 * the VMM counts as running, as with KVM's own steal time.
 */
void kx_on_vcpu_load(struct kvm_vcpu *kvcpu)
{
	int mp_state = READ_ONCE(kvcpu->arch.mp_state);
	struct kx_vcpu *v;

	rcu_read_lock();
	v = kx_vcpu_find(kvcpu);
	if (v) {
		kx_clock_load(v);
		if (mp_state == KVM_MP_STATE_RUNNABLE ||
		    mp_state == KVM_MP_STATE_HALTED)
			kx_runstate_change(v, RUNSTATE_running,
					   kx_guest_time_ns(v));
	}
	rcu_read_unlock();
}

void kx_on_vcpu_put(struct kvm_vcpu *kvcpu)
{
	struct kx_vcpu *v;
	int state;

	rcu_read_lock();
	v = kx_vcpu_find(kvcpu);
	if (v) {
		switch (READ_ONCE(kvcpu->arch.mp_state)) {
		case KVM_MP_STATE_RUNNABLE:
			state = kvcpu->preempted ? RUNSTATE_runnable :
						   RUNSTATE_running;
			break;
		case KVM_MP_STATE_HALTED:
			state = kvcpu->preempted ? RUNSTATE_runnable :
						   RUNSTATE_blocked;
			break;
		default:
			state = RUNSTATE_offline;
			break;
		}
		kx_runstate_change(v, state, kx_guest_time_ns(v));
	}
	rcu_read_unlock();
}

/* kvm_recalculate_apic_map(): a LAPIC may have been enabled */
void kx_on_apic_map(struct kvm *kvm)
{
	struct kx_domain *d;

	rcu_read_lock();
	d = kx_domain_of(kvm);
	if (d)
		kx_upcall_rescan(d);
	rcu_read_unlock();
}
