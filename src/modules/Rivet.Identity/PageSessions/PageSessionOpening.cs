using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.PageSessions;

/// <summary>A page session ready to be stored, with its token.</summary>
internal sealed record PageSessionDraft
{
    public required PageSessionId Id { get; init; }

    public required PageToken Token { get; init; }

    public required CompanyId Company { get; init; }

    public required PersonId Person { get; init; }

    /// <summary>The device that opened it; empty after set-up.</summary>
    public required DeviceId Device { get; init; }

    public required long ExpiresMs { get; init; }

    public Subject Subject => Subject.OfPage(Company, Person, Id);
}

/// <summary>Opens page sessions.</summary>
internal sealed class PageSessionOpening(IdentityEvents events, IOptions<IdentityOptions> options, TimeProvider time)
{
    public PageSessionDraft Prepare(CompanyId company, PersonId person, DeviceId device) => new()
    {
        Id = EntityId.New<PageSessionId>(time),
        Token = PageToken.Create(),
        Company = company,
        Person = person,
        Device = device,
        ExpiresMs = (time.GetUtcNow() + options.Value.PageSessionLifetime).ToUnixTimeMilliseconds(),
    };

    public void Write(WriteTransaction transaction, PageSessionDraft page)
    {
        PageSessionTable.Insert(transaction, page, time.GetUtcNow().ToUnixTimeMilliseconds());
        events.Success(
            transaction, IdentityEvents.PageOpened, page.Subject, Resource.Of(page.Person, page.Company),
            ("by", page.Device.Value == Guid.Empty ? "administrator-code" : "device"),
            ("device", page.Device.ToString()));
    }
}
