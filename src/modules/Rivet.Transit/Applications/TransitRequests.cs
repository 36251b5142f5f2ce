using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Transit.Applications;

/// <summary>The administrators' requests over LWS.</summary>
internal sealed class TransitRequests(ITransitApplications applications)
{
    private static readonly Permission Manage = new("transit.manage");

    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.AddTransitApplication, AddTransitApplicationRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), AddAsync);
        endpoints.Map(Method.ListTransitApplications, ListTransitApplicationsRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), ListAsync);
        endpoints.Map(Method.RemoveTransitApplication, RemoveTransitApplicationRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), RemoveAsync);
        endpoints.Map(Method.ListTransitKeys, ListTransitKeysRequest.Parser, Manage, (subject, _) => Resource.Of(subject.Company), ListKeysAsync);
    }

    private async ValueTask<Result<AddTransitApplicationResponse, Refusal>> AddAsync(Permit permit, AddTransitApplicationRequest request, CancellationToken ct)
    {
        var grants = request.Grants.Select(grant => new TransitGrant(grant.Pattern, [.. grant.Operations])).ToArray();
        return (await applications.AddAsync(permit, request.Name, grants, (int)Math.Min(request.Days, int.MaxValue), ct)).TryGet(out var token, out var why)
            ? new AddTransitApplicationResponse { Token = token } : ToWire(why);
    }

    private async ValueTask<Result<ListTransitApplicationsResponse, Refusal>> ListAsync(Permit permit, ListTransitApplicationsRequest request, CancellationToken ct)
        => (await applications.ListAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ListTransitApplicationsResponse { Applications = { found.Select(ToWire) } } : ToWire(why);

    private async ValueTask<Result<RemoveTransitApplicationResponse, Refusal>> RemoveAsync(Permit permit, RemoveTransitApplicationRequest request, CancellationToken ct)
        => (await applications.RemoveAsync(permit, request.Name, ct)).TryGet(out _, out var why) ? new RemoveTransitApplicationResponse() : ToWire(why);

    private async ValueTask<Result<ListTransitKeysResponse, Refusal>> ListKeysAsync(Permit permit, ListTransitKeysRequest request, CancellationToken ct)
        => (await applications.ListKeysAsync(permit, ct)).TryGet(out var found, out var why)
            ? new ListTransitKeysResponse { Keys = { found.Select(ToWire) } } : ToWire(why);

    private static Wire.TransitApplication ToWire(TransitApplication application) => new()
    {
        Name = application.Name,
        Grants = { application.Grants.Select(grant => new Wire.TransitGrant { Pattern = grant.Pattern, Operations = { grant.Operations } }) },
        AddedMs = application.AddedAt.ToUnixTimeMilliseconds(),
        ExpiresMs = application.ExpiresAt.ToUnixTimeMilliseconds(),
        LastUsedMs = application.LastUsedAt?.ToUnixTimeMilliseconds() ?? 0,
    };

    private static TransitKey ToWire(TransitKeyFacts key) => new()
    {
        Name = key.Name,
        Type = key.Type,
        Owner = key.Owner,
        Latest = (uint)key.Latest,
        MinDecryption = (uint)key.MinDecryption,
        CreatedMs = key.CreatedAt.ToUnixTimeMilliseconds(),
        RotatedMs = key.RotatedAt.ToUnixTimeMilliseconds(),
        Uses = (ulong)key.Uses,
        LastUsedMs = key.LastUsedAt?.ToUnixTimeMilliseconds() ?? 0,
    };

    private static Refusal ToWire(TransitRefusal refusal) => refusal switch
    {
        TransitRefusal.Unavailable => Refusals.Unavailable("transit.unavailable", "The cryptographic API's tables cannot be read or written now; try again later."),
        TransitRefusal.LogBehind => Refusals.LogBehind(),
        TransitRefusal.NameInvalid => Refusals.Invalid("transit.name", "A name has 1 to 64 characters on one line."),
        TransitRefusal.NameTaken => Refusals.Conflict("transit.name-taken", "There is an application of this name; remove it first, or choose another name."),
        TransitRefusal.Unknown => Refusals.NotFound("transit.unknown", "There is no application of this name."),
        TransitRefusal.TooMany => Refusals.Conflict("transit.too-many", "There are as many applications as a company may have; remove one first."),
        TransitRefusal.GrantInvalid => Refusals.Invalid("transit.grant", "A grant is a pattern of key names and at least one operation; there are at most 32."),
        TransitRefusal.DaysInvalid => Refusals.Invalid("transit.days", "A token is good for 1 to 3650 days."),
        _ => throw new InvalidOperationException($"Refused by its own permit: {refusal}."),
    };
}
