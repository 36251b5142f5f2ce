using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Reads and changes a company's policy, over the link and for the pages.</summary>
internal sealed class PolicyEndpoints(PolicyBook book, DestructionCount count, TimeProvider time)
{
    public async ValueTask<Result<ReadMessagePolicyResponse, Refusal>> ReadAsync(Permit permit, ReadMessagePolicyRequest request, CancellationToken ct)
    {
        if (request.KeepMonths > KeptTime.Most)
        {
            return MessagingRefusal.PolicyOutOfBounds.ToWire();
        }

        var policy = await book.ReadAsync(permit.Company, ct);
        return new ReadMessagePolicyResponse
        {
            Policy = policy.ToWire(time.GetUtcNow()),
            StoredBytes = await book.ReadStoredAsync(permit.Company, ct),
            Destruction = request.HasKeepMonths ? await count.CountAsync(permit.Company, (int)request.KeepMonths, ct) : null,
        };
    }

    public async ValueTask<Result<ChangeMessagePolicyResponse, Refusal>> ChangeAsync(Permit permit, ChangeMessagePolicyRequest request, CancellationToken ct)
    {
        var change = new PolicyChange
        {
            KeepMonths = request.HasKeepMonths ? (int)Math.Min(request.KeepMonths, KeptTime.Most + 1) : null,
            MayDestroy = request.MayDestroy,
            Limits = request.Limits,
            Sealing = request.Sealing,
        };
        var answer = await book.ChangeAsync(permit.Subject, change, ct);
        return answer.TryGet(out var policy, out var refusal)
            ? new ChangeMessagePolicyResponse { Policy = policy.ToWire(time.GetUtcNow()) }
            : refusal.ToWire();
    }
}
