namespace Compat.Log.Cleaning;

/// <summary>The records of a log cannot be read, so that it cannot be cleaned before somebody has looked at it.</summary>
internal sealed class LogCleaningException(string message, Exception? innerException = null) : Exception(message, innerException);
