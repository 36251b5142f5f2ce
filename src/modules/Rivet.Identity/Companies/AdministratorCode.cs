using Rivet.Identity.Invitations;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Companies;

/// <inheritdoc/>
internal sealed class AdministratorCode(IStore store, TimeProvider time) : IAdministratorCode
{
    public async ValueTask<InvitationCode?> TakeAsync(CancellationToken ct)
    {
        var code = InvitationCode.Create();
        var founder = new InvitationRow
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Kind = InvitationKind.Founder,
            Role = Wire.Role.Administrator,
            ExpiresMs = long.MaxValue,
        };
        var made = await store.WriteAsync(
            transaction =>
            {
                InvitationTable.VoidFounders(transaction);
                if (CompanyTable.Any(transaction))
                {
                    return false;
                }

                InvitationTable.Insert(transaction, code, founder, time.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            },
            ct);
        return made ? code : null;
    }
}
