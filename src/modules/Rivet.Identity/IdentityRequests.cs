using Google.Protobuf;
using Rivet.Hosting.Link;
using Rivet.Identity.Companies;
using Rivet.Identity.Devices;
using Rivet.Identity.Imports;
using Rivet.Identity.PageSessions;
using Rivet.Identity.People;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Identity's requests over LWS: what each asks of the policy, and how it answers.</summary>
internal sealed class IdentityRequests(
    SelfDescription self, IPeopleList people, IInvitations invitations, IDevices devices, PageTickets tickets, PeopleImport import, CompanyBook companies)
{
    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(
            Method.WhoAmI, WhoAmIRequest.Parser, IdentityPermissions.SelfRead,
            (subject, _) => Resource.Of(subject.Company), WhoAmIAsync);
        endpoints.Map(
            Method.CreateInvitation, CreateInvitationRequest.Parser, IdentityPermissions.InvitationCreate,
            (subject, request) => PersonOr(request.PersonId, subject, Resource.Of(subject.Company)), CreateInvitationAsync);
        endpoints.Map(
            Method.ListPeople, ListPeopleRequest.Parser, IdentityPermissions.PeopleRead,
            (subject, request) => request.After.IsEmpty || EntityId.TryRead<PersonId>(request.After.Span, out var _)
                ? Resource.Of(subject.Company)
                : null,
            ListPeopleAsync);
        endpoints.Map(
            Method.ListDevices, ListDevicesRequest.Parser, IdentityPermissions.DeviceRead,
            (subject, request) => PersonOr(request.PersonId, subject, Resource.Of(subject.Person, subject.Company)), ListDevicesAsync);
        endpoints.Map(
            Method.SignOutDevice, SignOutDeviceRequest.Parser, IdentityPermissions.DeviceSignOut,
            (subject, request) => EntityId.TryRead<DeviceId>(request.DeviceId.Span, out var device) ? Resource.Of(device, subject.Company) : null,
            SignOutDeviceAsync);
        endpoints.Map(
            Method.PageChallenge, PageChallengeRequest.Parser, IdentityPermissions.PageOpen,
            (subject, _) => Resource.Of(subject.Company), PageChallengeAsync);
        endpoints.Map(
            Method.OpenPage, OpenPageRequest.Parser, IdentityPermissions.PageOpen,
            (subject, _) => Resource.Of(subject.Company), OpenPageAsync);
        endpoints.Map(
            Method.ImportPeople, ImportPeopleRequest.Parser, IdentityPermissions.PeopleImport,
            (subject, _) => Resource.Of(subject.Company), ImportPeopleAsync);
        endpoints.Map(
            Method.ReadCompany, ReadCompanyRequest.Parser, IdentityPermissions.CompanyChange,
            (subject, _) => Resource.Of(subject.Company), ReadCompanyAsync);
        endpoints.Map(
            Method.ChangeCompany, ChangeCompanyRequest.Parser, IdentityPermissions.CompanyChange,
            (subject, _) => Resource.Of(subject.Company), ChangeCompanyAsync);
    }

    private async ValueTask<Result<WhoAmIResponse, Refusal>> WhoAmIAsync(Permit permit, WhoAmIRequest request, CancellationToken ct)
        => Answer(await self.DescribeAsync(permit, ct), found => found);

    private async ValueTask<Result<CreateInvitationResponse, Refusal>> CreateInvitationAsync(
        Permit permit, CreateInvitationRequest request, CancellationToken ct)
    {
        var wanted = new NewInvitation
        {
            Role = request.Role,
            PersonName = request.PersonName,
            MailAddress = request.MailAddress,
            Lifetime = request.ValidHours == 0 ? null : TimeSpan.FromHours(Math.Min(request.ValidHours, 10_000)),
        };
        return Answer(await invitations.CreateAsync(permit, wanted, ct), made => new CreateInvitationResponse
        {
            Code = ByteString.CopyFrom(made.Link.Code.Bytes),
            Link = made.Link.Reveal(),
            ExpiresMs = made.ExpiresAt.ToUnixTimeMilliseconds(),
        });
    }

    private async ValueTask<Result<ListPeopleResponse, Refusal>> ListPeopleAsync(Permit permit, ListPeopleRequest request, CancellationToken ct)
    {
        EntityId.TryRead<PersonId>(request.After.Span, out var after);
        var limit = (int)Math.Min(request.Limit, int.MaxValue);
        return Answer(await people.ListAsync(permit, after, limit, ct), page => new ListPeopleResponse
        {
            People = { page.People.Select(WireForms.ToWire) },
            More = page.More,
        });
    }

    private async ValueTask<Result<ListDevicesResponse, Refusal>> ListDevicesAsync(Permit permit, ListDevicesRequest request, CancellationToken ct)
        => Answer(await devices.ListAsync(permit, ct), list => new ListDevicesResponse { Devices = { list.Select(WireForms.ToWire) } });

    private async ValueTask<Result<SignOutDeviceResponse, Refusal>> SignOutDeviceAsync(
        Permit permit, SignOutDeviceRequest request, CancellationToken ct)
        => Answer(await devices.SignOutAsync(permit, ct), _ => new SignOutDeviceResponse());

    private ValueTask<Result<PageChallengeResponse, Refusal>> PageChallengeAsync(
        Permit permit, PageChallengeRequest request, CancellationToken ct)
        => new(Answer(tickets.Challenge(permit), challenge => new PageChallengeResponse { Challenge = ByteString.CopyFrom(challenge) }));

    private async ValueTask<Result<OpenPageResponse, Refusal>> OpenPageAsync(Permit permit, OpenPageRequest request, CancellationToken ct)
        => Answer(
            await tickets.OpenAsync(permit, request.Challenge.Memory, request.Signature.Memory, ct),
            address => new OpenPageResponse { Url = address.AbsoluteUri });

    private async ValueTask<Result<ImportPeopleResponse, Refusal>> ImportPeopleAsync(
        Permit permit, ImportPeopleRequest request, CancellationToken ct)
        => Answer(await import.ImportAsync(permit, request, ct), imported => new ImportPeopleResponse
        {
            PersonIds = { imported.People.Select(person => ByteString.CopyFrom(person.ToBytes())) },
            Added = (uint)imported.Added,
        });

    private async ValueTask<Result<ReadCompanyResponse, Refusal>> ReadCompanyAsync(Permit permit, ReadCompanyRequest request, CancellationToken ct)
        => Answer(await companies.ReadAsync(permit, ct), card => new ReadCompanyResponse { Name = card.Name, Language = card.Language });

    private async ValueTask<Result<ChangeCompanyResponse, Refusal>> ChangeCompanyAsync(Permit permit, ChangeCompanyRequest request, CancellationToken ct)
        => Answer(
            await companies.ChangeAsync(permit, request.Name.Length == 0 ? null : request.Name, request.Language.Length == 0 ? null : request.Language, ct),
            _ => new ChangeCompanyResponse());

    /// <summary>The person named, the other resource when none is, nothing when the name is malformed.</summary>
    private static Resource? PersonOr(ByteString person, Subject subject, Resource otherwise)
        => person.IsEmpty ? otherwise
            : EntityId.TryRead<PersonId>(person.Span, out var id) ? Resource.Of(id, subject.Company)
            : null;

    private static Result<TWire, Refusal> Answer<T, TWire>(Result<T, IdentityRefusal> result, Func<T, TWire> toWire)
        => result.TryGet(out var value, out var refusal) ? toWire(value) : refusal.ToWire();
}
