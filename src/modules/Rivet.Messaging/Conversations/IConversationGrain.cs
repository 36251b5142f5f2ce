using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>
/// The one writer of a conversation's log, wherever it is placed. Calls interleave, so that appends meet in the store's
/// group commit; the order is given there. Whoever calls holds a permit; the commands are made from one.
/// </summary>
internal interface IConversationGrain : IGrainWithGuidKey
{
    /// <summary>Appends a message. Once begun it is finished: whoever lost the answer asks again with the same id.</summary>
    ValueTask<Appended> AppendAsync(AppendCommand command);

    ValueTask<Counted> AddMembersAsync(MemberCommand command);

    ValueTask<Counted> RemoveMemberAsync(MemberCommand command);

    ValueTask<Counted> ImportAsync(ImportCommand command);
}

/// <summary>A message as received.</summary>
[GenerateSerializer, Immutable]
internal sealed record AppendCommand(
    [property: Id(0)] Guid Company,
    [property: Id(1)] Guid Person,
    [property: Id(2)] Guid Device,
    [property: Id(3)] ReadOnlyMemory<byte> ClientMessageId,
    [property: Id(4)] ReadOnlyMemory<byte> Content)
{
    public static AppendCommand From(Permit permit, SendRequest request) => new(
        permit.Company.Value, permit.Subject.Person.Value, permit.Subject.Via, request.ClientMessageId.Memory, request.Content.Memory);
}

/// <summary>People who join or leave.</summary>
[GenerateSerializer, Immutable]
internal sealed record MemberCommand(
    [property: Id(0)] Guid Company,
    [property: Id(1)] Guid Person,
    [property: Id(2)] Guid Device,
    [property: Id(3)] Guid[] People)
{
    public static MemberCommand From(Permit permit, IEnumerable<PersonId> people) => new(
        permit.Company.Value, permit.Subject.Person.Value, permit.Subject.Via, [.. people.Select(person => person.Value)]);

    public CompanyId CompanyId => new(Company);

    public PersonId PersonId => new(Person);

    public DeviceId DeviceId => new(Device);
}

/// <summary>A batch of imported entries.</summary>
[GenerateSerializer, Immutable]
internal sealed record ImportCommand(
    [property: Id(0)] Guid Company,
    [property: Id(1)] Guid Person,
    [property: Id(2)] Guid Device,
    [property: Id(3)] byte[] ImportOrigin,
    [property: Id(4)] byte[] Request);

/// <summary>Where a message was stored, or why not.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct Appended(
    [property: Id(0)] long Sequence,
    [property: Id(1)] long AppendedMs,
    [property: Id(2)] bool Duplicate,
    [property: Id(3)] MessagingRefusal Refusal)
{
    public static Appended Refused(MessagingRefusal refusal) => new(0, 0, false, refusal);
}

/// <summary>How many were new and how many were there, or why nothing was done.</summary>
[GenerateSerializer, Immutable]
internal readonly record struct Counted(
    [property: Id(0)] int Added,
    [property: Id(1)] int Existed,
    [property: Id(2)] MessagingRefusal Refusal,
    [property: Id(3)] string? Detail)
{
    public static Counted Refused(MessagingRefusal refusal, string? detail = null) => new(0, 0, refusal, detail);
}
