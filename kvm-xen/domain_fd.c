// SPDX-License-Identifier: GPL-2.0-only
/* The file descriptor of a domain. */
#include <linux/anon_inodes.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include <uapi/linux/kvm-xen.h>

#include "core.h"

/**
 * struct dom_file - an open domain descriptor
 * @dom: the domain, referenced
 * @owner: closing this file detaches the domain
 */
struct dom_file {
	struct kx_dom *dom;
	bool owner;
};

static int op_info(struct kx_domain *d, struct kx_domain_info __user *argp)
{
	struct kx_domain_info info = {};
	int code = READ_ONCE(d->shutdown_code);
	unsigned int i;

	mutex_lock(&d->lock);
	info.domid = d->domid;
	info.width = d->width;
	info.nr_vcpus = d->nr_vcpus;
	info.callback_via = d->callback_via;
	if (code >= 0) {
		info.flags |= KX_INFO_SHUTDOWN;
		info.shutdown_reason = code;
	}
	if (!d->kvm)
		info.flags |= KX_INFO_DYING;
	for (i = 0; i < d->nr_vcpus; i++) {
		info.hypercalls += READ_ONCE(d->vcpu[i]->hypercalls);
		info.upcalls += READ_ONCE(d->vcpu[i]->upcalls);
	}
	info.pinned_pages = atomic_read(&d->nr_pinned);
	info.overlay_pages = atomic_read(&d->nr_overlay);
	mutex_unlock(&d->lock);
	return copy_to_user(argp, &info, sizeof(info)) ? -EFAULT : 0;
}

/* keep all vCPUs out of KVM_RUN; &kx_domain.lock held */
static int lock_vcpus(struct kx_dom *dom)
{
	if (!dom->d.kvm)
		return -ESHUTDOWN;
	return kx_vcpus_trylock(&dom->d) ? 0 : -EBUSY;
}

static int op_set_id(struct kx_dom *dom, const struct kx_vcpu_id __user *argp)
{
	struct kx_vcpu_id arg;
	int r;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	r = kx_vcpus_sync(&dom->d);
	if (r)
		return r;
	mutex_lock(&dom->d.lock);
	r = lock_vcpus(dom);
	if (!r) {
		r = kx_vm_ran(&dom->d) ? -EBUSY :
		    kx_vcpu_set_id(dom, arg.vcpu_idx, arg.xen_id);
		kx_vcpus_unlock(&dom->d);
	}
	mutex_unlock(&dom->d.lock);
	return r;
}

static int op_set_uuid(struct kx_dom *dom, const struct kx_uuid __user *argp)
{
	struct kx_uuid arg;
	int r = 0;

	if (copy_from_user(&arg, argp, sizeof(arg)))
		return -EFAULT;
	mutex_lock(&dom->d.lock);
	if (dom->d.kvm)
		memcpy(dom->uuid, arg.bytes, sizeof(dom->uuid));
	else
		r = -ESHUTDOWN;
	mutex_unlock(&dom->d.lock);
	return r;
}

static int op_reset(struct kx_dom *dom)
{
	int r;

	mutex_lock(&dom->d.lock);
	r = lock_vcpus(dom);
	if (!r) {
		kx_dom_reset(dom);
		kx_vcpus_unlock(&dom->d);
	}
	mutex_unlock(&dom->d.lock);
	return r;
}

static long dom_file_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct dom_file *df = file->private_data;

	switch (cmd) {
	case KX_DOMAIN_INFO:
		return op_info(&df->dom->d, (void __user *)arg);
	case KX_VCPU_SET_ID:
		return op_set_id(df->dom, (void __user *)arg);
	case KX_RESET:
		return op_reset(df->dom);
	case KX_SET_UUID:
		return op_set_uuid(df->dom, (void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static ssize_t dom_file_read(struct file *file, char __user *buf, size_t len,
			     loff_t *pos)
{
	struct dom_file *df = file->private_data;

	return kx_conlog_read(&df->dom->d, buf, len,
			      file->f_flags & O_NONBLOCK);
}

static __poll_t dom_file_poll(struct file *file, struct poll_table_struct *wait)
{
	struct dom_file *df = file->private_data;

	return kx_conlog_poll(&df->dom->d, file, wait);
}

static int dom_file_release(struct inode *inode, struct file *file)
{
	struct dom_file *df = file->private_data;

	if (df->owner)
		kx_vm_detach(df->dom);
	kx_dom_put(df->dom);
	kfree(df);
	return 0;
}

static const struct file_operations dom_file_fops = {
	.owner		= THIS_MODULE,
	.read		= dom_file_read,
	.poll		= dom_file_poll,
	.unlocked_ioctl	= dom_file_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= dom_file_release,
	.llseek		= noop_llseek,
};

/**
 * kx_domain_fd() - a new descriptor of a domain
 * @dom: domain; the caller's reference goes to the file, on error too
 * @owner: the domain is detached when the file is closed
 *
 * Return: descriptor, -EMFILE, -ENFILE, -ENOMEM. On error the caller detaches.
 */
int kx_domain_fd(struct kx_dom *dom, bool owner)
{
	struct dom_file *df = kmalloc(sizeof(*df), GFP_KERNEL_ACCOUNT);
	int fd = -ENOMEM;

	if (df) {
		df->dom = dom;
		df->owner = owner;
		fd = anon_inode_getfd("kvm-xen-domain", &dom_file_fops, df,
				      O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		kfree(df);
	}
	kx_dom_put(dom);
	return fd;
}
